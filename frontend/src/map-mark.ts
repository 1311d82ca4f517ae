// A dot on a map with what it is called, which stands beside it; it may lead to a page.
import { Marker } from "maplibre-gl/dist/maplibre-gl-csp";

export interface Mark { point: [number, number]; label: string; tone: string; link: string }

/** The dot is at the place, whatever stands beside it. */
export function dot(tone: string, label = "", link = ""): Marker {
  return new Marker({ element: mark({ label, tone, link }), anchor: "left", offset: [-6, 0] });
}

/** A name above a place. */
export function name(label: string): Marker {
  const made = document.createElement("div");
  made.className = "map-mark";
  made.textContent = label;
  return new Marker({ element: made, anchor: "bottom" });
}

function mark({ label, tone, link }: Omit<Mark, "point">): HTMLElement {
  const made = document.createElement(link ? "a" : "div");
  made.className = "map-mark";
  if (link) (made as HTMLAnchorElement).href = link;
  const round = made.appendChild(document.createElement("span"));
  round.className = `map-dot bg-${tone}`;
  if (label) made.appendChild(document.createElement("span")).textContent = label;
  return made;
}
