// The roll-call's list: find somebody, tick all who are expected, count the ticks.
const list = document.querySelector<HTMLFormElement>("[data-roll-call]");

function boxes(from: ParentNode): HTMLInputElement[] {
  return [...from.querySelectorAll<HTMLInputElement>('input[name="who"]')];
}

function count(from: ParentNode): void {
  const shown = from.querySelector("[data-count]");
  if (shown) shown.textContent = String(boxes(from).filter((box) => box.checked).length);
}

function find(from: ParentNode, asked: string): void {
  const wanted = asked.trim().toLowerCase();
  for (const row of from.querySelectorAll<HTMLElement>("[data-words]"))
    row.classList.toggle("d-none", !row.dataset.words!.toLowerCase().includes(wanted));
}

if (list) {
  list.addEventListener("change", () => count(list));
  list.querySelector<HTMLInputElement>("[data-find]")?.addEventListener("input", (event) => find(list, (event.target as HTMLInputElement).value));
  list.querySelector("[data-find]")?.addEventListener("keydown", (event) => {
    if ((event as KeyboardEvent).key === "Enter") event.preventDefault();
  });
  list.querySelector("[data-all]")?.addEventListener("click", () => {
    for (const box of boxes(list)) box.checked ||= box.dataset.expected !== undefined;
    count(list);
  });
  count(list);
}

document.querySelector("select[data-submits]")?.addEventListener("change", (event) => (event.target as HTMLSelectElement).form?.submit());
