// What somebody enters before the scripts run, or the browser fills in again after a reload, changes nothing by itself: forms that
// answer while they are filled in would go on showing what is no longer chosen.

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Forms that listen hear of it as if it were entered now. */
export function hearEarly(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[hx-trigger*='change']")) {
    const changed = ([...form.elements] as Control[]).find(differs);
    changed?.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Whether a control holds something else than the page came with. */
function differs(one: Control): boolean {
  if (one instanceof HTMLSelectElement) {
    const options = [...one.options];
    const first = options.find((option) => option.defaultSelected) ?? options[0];
    return !one.multiple && first !== undefined && !first.selected;
  }
  if (one instanceof HTMLInputElement && ["radio", "checkbox"].includes(one.type)) return one.checked !== one.defaultChecked;
  return one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement ? one.value !== one.defaultValue : false;
}
