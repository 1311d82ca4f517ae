// A request's form: colleagues are put in or taken out of the field of companions by a tap; a plain submit stays plain.
const BETWEEN = /[\s,,、;;]+/;

for (const box of document.querySelectorAll<HTMLElement>("[data-colleagues]")) {
  const field = document.getElementById(box.dataset.colleagues!) as HTMLInputElement;
  const written = () => field.value.split(BETWEEN).filter(Boolean);
  const show = () => {
    for (const button of box.querySelectorAll<HTMLButtonElement>("[data-number]"))
      button.setAttribute("aria-pressed", String(written().includes(button.dataset.number!)));
  };
  box.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-number]");
    if (!button) return;
    const number = button.dataset.number!;
    const rest = written().filter((one) => one !== number);
    field.value = (rest.length === written().length ? [...rest, number] : rest).join(" ");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  field.addEventListener("change", show);
  show();
}
