// The page a tablet's link opens: by its button this browser becomes the tablet, with the key it has, or a new one.
import { csrf } from "./csrf";
import { ringFor, spkiOf } from "./registering";

const page = document.querySelector<HTMLElement>("[data-bind]")!;
const button = page.querySelector<HTMLButtonElement>("[data-press]")!;
const said = page.querySelector<HTMLElement>("[data-said]")!;

async function bind(): Promise<void> {
  button.disabled = true;
  try {
    const made = await ringFor(`kiosk-${page.dataset.tablet}`);
    const body = new URLSearchParams({ spki: await spkiOf(made) });
    const answer = await fetch(page.dataset.to!, { method: "POST", headers: { "X-CSRFToken": csrf() }, body });
    const told = (await answer.json()) as { sentence?: string };
    if (!answer.ok) throw new Error(told.sentence);
    location.replace("/kiosk/");
  } catch (fault) {
    said.textContent = (fault as Error).message || page.dataset.failed!;
    button.disabled = false;
  }
}

if (window.isSecureContext) button.addEventListener("click", () => void bind());
else {
  button.disabled = true;
  said.textContent = page.dataset.unsupported!;
}
