// The shift form's picture: the time bar follows what is typed.
const NAMESPACE = "http://www.w3.org/2000/svg";

function minutes(text: string): number | null {
  const found = /^(\d{1,2})[::](\d{2})$/.exec(text.trim());
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

function value(segment: Element, name: string): string {
  return segment.querySelector<HTMLInputElement>(`[name$="-${name}"]`)?.value ?? "";
}

function rectangle(kind: string, start: number, end: number): SVGRectElement {
  const made = document.createElementNS(NAMESPACE, "rect");
  const low = Math.max(0, start);
  const [top, height] = kind === "window" ? [62, 18] : [20, 42];
  made.setAttribute("class", `bar-${kind}`);
  for (const [name, number] of Object.entries({ x: low, y: top, width: Math.max(0, Math.min(2880, end) - low), height }))
    made.setAttribute(name, String(number));
  return made;
}

function draw(form: Element, bars: Element): void {
  const made: SVGRectElement[] = [];
  for (const segment of form.querySelectorAll("[data-segment]")) {
    const [start, end] = [minutes(value(segment, "start")), minutes(value(segment, "end"))];
    if (start === null || end === null) continue;
    made.push(rectangle("window", start - Number(value(segment, "in_before")), end + Number(value(segment, "out_after"))));
    made.push(rectangle("work", start, end));
    const [pause, resume] = [minutes(value(segment, "break_start")), minutes(value(segment, "break_end"))];
    if (pause !== null && resume !== null) made.push(rectangle("break", pause, resume));
  }
  bars.replaceChildren(...made);
}

const form = document.querySelector("[data-shift-form]");
const bars = form?.querySelector("[data-bars]");
if (form && bars) {
  form.addEventListener("input", () => draw(form, bars));
  draw(form, bars);
}
