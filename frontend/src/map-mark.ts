// A dot on a map with what it is called; it may lead to a page.
export interface Mark { point: [number, number]; label: string; tone: string; link: string }

export function mark({ label, tone, link }: Omit<Mark, "point">): HTMLElement {
  const made = document.createElement(link ? "a" : "div");
  made.className = "map-mark";
  if (link) (made as HTMLAnchorElement).href = link;
  const dot = made.appendChild(document.createElement("span"));
  dot.className = `map-dot bg-${tone}`;
  if (label) made.appendChild(document.createElement("span")).textContent = label;
  return made;
}
