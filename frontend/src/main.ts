// What every page loads: the look, htmx, Alpine (its CSP build) and a few behaviours without inline script.
import "../styles/main.css";
import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";
import { confirmForms } from "./confirm";

declare global {
  interface Window {
    htmx: typeof htmx;
    Alpine: typeof Alpine;
  }
}

window.htmx = htmx;
window.Alpine = Alpine;
confirmForms();
Alpine.start();
