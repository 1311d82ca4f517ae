/** A box with `data-choose` ticks all boxes of the form of that id, also after a list was loaded anew. */
export function chooseAll(): void {
  document.addEventListener("change", (event) => {
    const all = event.target as HTMLInputElement;
    if (!all.dataset?.choose) return;
    for (const box of document.querySelectorAll<HTMLInputElement>(`input[name="chosen"][form="${all.dataset.choose}"]`)) box.checked = all.checked;
  });
}
