// The roster board: choose a brush, paint cells by click, drag or keyboard; the server decides, undo puts back.
import { csrf } from "./csrf";

interface Stroke {
  cell: HTMLElement;
  shift: string | undefined;
  text: string;
  look: string;
}

class Board {
  private brush: HTMLElement | null = null;
  private stroke = new Map<HTMLElement, Stroke>();
  private changes: number[];

  constructor(
    private readonly root: HTMLElement,
    private readonly told: HTMLElement,
  ) {
    this.changes = root.dataset.last ? [Number(root.dataset.last)] : [];
    root.querySelector("[data-palette]")?.addEventListener("click", (event) => this.press(event.target as HTMLElement));
    root.addEventListener("pointerdown", (event) => this.begin(event));
    root.addEventListener("pointerover", (event) => this.over(event));
    document.addEventListener("pointerup", () => void this.finish());
    root.addEventListener("keydown", (event) => this.key(event));
  }

  private press(target: HTMLElement): void {
    const brush = target.closest<HTMLElement>(".brush");
    if (brush) this.choose(brush);
    if (target.closest("[data-undo-button]")) void this.undo();
    if (target.closest("[data-copy-week]")) void this.copyWeek();
  }

  private choose(brush: HTMLElement): void {
    this.brush = this.brush === brush ? null : brush;
    for (const one of this.root.querySelectorAll(".brush")) one.setAttribute("aria-pressed", String(one === this.brush));
    this.root.classList.toggle("is-painting", this.brush !== null);
  }

  private cell(event: Event): HTMLElement | null {
    return (event.target as HTMLElement).closest<HTMLElement>("td[tabindex]");
  }

  private begin(event: PointerEvent): void {
    const cell = this.cell(event);
    if (!cell || event.button !== 0) return;
    this.focus(cell);
    if (!this.brush) return;
    event.preventDefault();
    cell.releasePointerCapture?.(event.pointerId);
    this.paint(cell);
  }

  private over(event: PointerEvent): void {
    const cell = this.cell(event);
    if (cell && this.stroke.size && event.buttons === 1) this.paint(cell);
  }

  private paint(cell: HTMLElement): void {
    if (!this.brush || this.stroke.has(cell)) return;
    this.stroke.set(cell, { cell, shift: cell.dataset.shift, text: cell.textContent ?? "", look: cell.className });
    cell.dataset.shift = this.brush.dataset.shift ?? "";
    cell.textContent = this.brush.dataset.code ?? "";
    cell.className = `shift-${this.brush.dataset.colour}`;
  }

  private async finish(): Promise<void> {
    if (!this.stroke.size) return;
    const strokes = [...this.stroke.values()];
    this.stroke.clear();
    const cells = strokes.map(({ cell }) => [
      Number(cell.closest<HTMLElement>("tr")?.dataset.employee),
      cell.dataset.date,
      cell.dataset.shift ? Number(cell.dataset.shift) : null,
    ]);
    if (!(await this.send(this.root.dataset.paint ?? "", { cells }))) strokes.forEach(putBack);
  }

  private async send(address: string, body: object): Promise<boolean> {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf(), Accept: "application/json" },
      body: JSON.stringify(body),
    });
    const said = (await answer.json().catch(() => ({ sentence: this.root.dataset.notSaved }))) as {
      change?: number;
      sentence?: string;
    };
    this.told.hidden = answer.ok;
    this.told.textContent = said.sentence ?? "";
    if (answer.ok && said.change) this.changes.push(said.change);
    this.root.querySelector("[data-undo-button]")?.toggleAttribute("disabled", this.changes.length === 0);
    return answer.ok;
  }

  private async undo(): Promise<void> {
    const change = this.changes.pop();
    if (change !== undefined && (await this.send(`${this.root.dataset.undo}${change}/`, {}))) location.reload();
  }

  /** The week of the cell in focus, for all people shown, onto the week after it. */
  private async copyWeek(): Promise<void> {
    const focused = this.root.querySelector<HTMLElement>('td[tabindex="0"]');
    const first = monday(new Date(`${focused?.dataset.date ?? ""}T00:00:00Z`));
    const people = [...this.root.querySelectorAll<HTMLElement>("tr[data-employee]")].map((row) => Number(row.dataset.employee));
    const body = { people, first: iso(first, 0), last: iso(first, 6), to: iso(first, 7) };
    const question = fill(this.root.dataset.askCopy ?? "", { FIRST: body.first, LAST: body.last, TO: body.to, COUNT: String(people.length) });
    if (window.confirm(question) && (await this.send(this.root.dataset.copy ?? "", body))) location.reload();
  }

  private focus(cell: HTMLElement): void {
    for (const one of this.root.querySelectorAll('td[tabindex="0"]')) one.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    cell.focus({ preventScroll: false });
  }

  private key(event: KeyboardEvent): void {
    const cell = this.cell(event);
    if (!cell) return;
    const row = cell.parentElement as HTMLTableRowElement;
    const place = (cell as HTMLTableCellElement).cellIndex;
    const next: Record<string, Element | null | undefined> = {
      ArrowLeft: cell.previousElementSibling,
      ArrowRight: cell.nextElementSibling,
      ArrowUp: (row.previousElementSibling as HTMLTableRowElement | null)?.cells[place],
      ArrowDown: (row.nextElementSibling as HTMLTableRowElement | null)?.cells[place],
    };
    const target = next[event.key];
    if (target instanceof HTMLElement && target.matches("td[tabindex]")) this.focus(target);
    else if ((event.key === "Enter" || event.key === " ") && this.brush) {
      this.paint(cell);
      void this.finish();
    } else return;
    event.preventDefault();
  }
}

/** A text of the page with its words in capitals filled in. */
function fill(text: string, values: Record<string, string>): string {
  return text.replace(/[A-Z]{2,}/g, (word) => values[word] ?? word);
}

function putBack({ cell, shift, text, look }: Stroke): void {
  if (shift === undefined) delete cell.dataset.shift;
  else cell.dataset.shift = shift;
  cell.textContent = text;
  cell.className = look;
}

function monday(day: Date): Date {
  return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * 86_400_000);
}

function iso(day: Date, later: number): string {
  return new Date(day.getTime() + later * 86_400_000).toISOString().slice(0, 10);
}

const root = document.querySelector<HTMLElement>("[data-board]");
const told = root?.querySelector<HTMLElement>("[data-told]");
if (root && told && root.dataset.may === "1") new Board(root, told);
