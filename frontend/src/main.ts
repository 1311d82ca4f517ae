// What every page loads: the look, htmx and a few behaviours without inline script.
import "../styles/main.css";
import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org";
import { chooseAll } from "./choose";
import { confirmForms } from "./confirm";
import { hearEarly } from "./early";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
confirmForms();
chooseAll();
document.addEventListener("DOMContentLoaded", hearEarly); // after htmx, which was there before
document.querySelector("#menu [aria-current]")?.scrollIntoView({ block: "nearest" });
