// The page of one's visits: today's plan, what is near, checking in and out with the form, and what waits while offline.
import { ask, attempt, begin, hindrance, keep, locate, page, part, said, say, send } from "./phone";
import { waitingOf } from "./keyring";
import { csrf } from "./csrf";
import { keepPhoto, sendPhotos } from "./photos";

interface Stop { customer: number; name: string; address: string; time: string; state: string; said: string; distance: string; verdict: string }
interface Field { key: string; label: string; answer: string; required: boolean; choices: string[] }
interface Kind { id: number; name: string; photo_needed: boolean; note_needed: boolean; fields: Field[] }
interface Going { visit: string; customer: number; name: string; kind: number; since: string; said: string }
interface Done { id: number; time: string; name: string; state: string; said: string }
interface Day { sentence: string; going: Going | null; stops: Stop[]; near: Stop[]; kinds: Kind[]; done: Done[] }

const TONES: Record<string, string> = { done: "green", going: "azure", open: "secondary", outside: "orange", lacking: "yellow" };
const form = part<HTMLFormElement>("form");
const note = page.querySelector<HTMLTextAreaElement>("#note")!;
const files = page.querySelector<HTMLInputElement>("#photos")!;
const kinds = page.querySelector<HTMLSelectElement>("#kind")!;
const search = page.querySelector<HTMLInputElement>("#search")!;
let day: Day | undefined;
let going: Going | null = null;
let chosen: Stop | null = null;
let filling = "";

/** The visit that goes on: as the server knows it, and after it what still waits to be sent. */
async function overlay(): Promise<void> {
  going = day?.going ?? null;
  for (const { payload } of await waitingOf(said.employee)) {
    const told = JSON.parse(payload) as { kind: string; id: string; device_time: string; about: { customer: number; kind: number } };
    if (told.kind === "visit_out") going = null;
    if (told.kind !== "visit_in") continue;
    const name = [...(day?.stops ?? []), ...(day?.near ?? [])].find((one) => one.customer === told.about.customer)?.name ?? "";
    going = { visit: told.id, customer: told.about.customer, name, kind: told.about.kind, since: told.device_time, said: said.unsent };
  }
}

function clone(name: string): HTMLElement {
  return (part<HTMLTemplateElement>(name).content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
}

function fill(made: HTMLElement, told: Record<string, string>): HTMLElement {
  for (const [name, text] of Object.entries(told)) {
    const there = made.querySelector<HTMLElement>(`[data-${name}]`)!;
    there.textContent = text;
    there.hidden = !text;
  }
  return made;
}

function row(of: Stop): HTMLElement {
  const made = fill(clone("row"), { name: of.name, address: of.address, time: of.time, far: of.distance, state: of.said });
  made.querySelector("[data-state]")!.classList.add(`bg-${TONES[of.state] ?? "secondary"}-lt`);
  made.querySelector("[data-far]")!.classList.toggle("text-green", of.verdict === "inside");
  made.setAttribute("aria-pressed", String(chosen?.customer === of.customer));
  made.addEventListener("click", () => choose(of));
  return made;
}

function choose(of: Stop): void {
  chosen = chosen?.customer === of.customer ? null : of;
  show();
  if (chosen) part("act").scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function visit(of: Done): HTMLElement {
  const made = fill(clone("visit"), { time: of.time, name: of.name, said: of.said }) as HTMLAnchorElement;
  made.href = `/field/visits/${of.id}/`;
  made.querySelector("[data-said]")!.classList.add(`text-${{ outside: "orange", lacking: "yellow" }[of.state] ?? "secondary"}`);
  return made;
}

function show(): void {
  if (!day) return;
  const next = chosen && chosen.customer !== going?.customer ? chosen : null;
  part("shift").textContent = day.sentence;
  say("hindrance", hindrance);
  part("stops").replaceChildren(...day.stops.map(row));
  part("plan").hidden = day.stops.length === 0;
  part("near").replaceChildren(...day.near.map(row));
  part("none").hidden = day.near.length > 0;
  part("done").replaceChildren(...day.done.map(visit));
  part("visits").hidden = day.done.length === 0;
  showNext(next);
  showGoing(next);
  showButton(next);
}

function showNext(next: Stop | null): void {
  part("next").hidden = !next;
  if (next) {
    say("next-name", next.name);
    say("next-far", [next.distance, next.address].filter(Boolean).join(" · "));
    say("ends", going ? said.ends.replace("{name}", going.name) : "");
  }
  const before = kinds.value;
  kinds.replaceChildren(...day!.kinds.map((one) => new Option(one.name, String(one.id))));
  if (before && day!.kinds.some((one) => String(one.id) === before)) kinds.value = before;
  part("kind-part").hidden = day!.kinds.length < 2;
}

function showGoing(next: Stop | null): void {
  part("going").hidden = !going || Boolean(next);
  if (!going) return;
  const { visit: id, name, since, kind } = going;
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 60_000));
  say("going-name", name);
  say("going-said", [said.since.replace("{minutes}", String(minutes)), going.said].join(" · "));
  if (filling === id) return;
  filling = id;
  const asked = day!.kinds.find((one) => one.id === kind);
  part("fields").replaceChildren(...(asked?.fields ?? []).map(control));
  note.required = asked?.note_needed ?? false;
  files.required = asked?.photo_needed ?? false;
  note.value = files.value = "";
  part("anyway").hidden = true;
}

function control(of: Field): HTMLElement {
  const made = clone(of.answer === "choice" || of.answer === "yes_no" ? "select" : "input");
  const into = made.querySelector<HTMLInputElement | HTMLSelectElement>("input, select")!;
  const label = made.querySelector("label")!;
  label.textContent = of.label;
  label.htmlFor = into.id = `answer-${of.key}`;
  label.classList.toggle("required", of.required);
  into.name = of.key;
  into.required = of.required;
  if (into instanceof HTMLInputElement) {
    into.type = of.answer === "yes_no" ? "text" : of.answer;
    if (of.answer === "number") into.step = "any";
  } else {
    const choices = of.answer === "yes_no" ? [[said.yes, "yes"], [said.no, "no"]] : of.choices.map((one) => [one, one]);
    into.append(new Option("—", ""), ...choices.map(([text, value]) => new Option(text, value)));
  }
  return made;
}

function showButton(next: Stop | null): void {
  const press = part<HTMLButtonElement>("press");
  press.hidden = !next && !going;
  part("button").textContent = next || !going ? said.in : said.out;
  press.classList.toggle("here", next ? next.verdict === "inside" : true);
  press.classList.toggle("away", Boolean(next) && next!.verdict !== "inside");
  part("act").hidden = !next && !going;
}

async function look(): Promise<void> {
  day = await ask<Day>("/day", { point: await locate(), search: search.value.trim() }, said.field);
  say("here", "");
}

/** Photos first: a record that names one is judged by what has come. One that is refused is told, and lacks. */
function upload(): Promise<void> {
  return sendPhotos(said.field, csrf(), said.employee, (sentence) => say("photo-said", sentence));
}

async function arrive(next: Stop, pressed: { device_time: string; ticks: number }): Promise<void> {
  await keep({ kind: "visit_in", note: "", about: { customer: next.customer, kind: Number(kinds.value) } }, pressed);
  chosen = null;
}

async function leave(from: Going, pressed: { device_time: string; ticks: number }): Promise<void> {
  const photos = [];
  for (const file of [...(files.files ?? [])].slice(0, 9)) {
    const id = crypto.randomUUID();
    await keepPhoto({ id, employee: said.employee, file });
    photos.push(id);
  }
  const controls = [...part("fields").querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")];
  const answers = Object.fromEntries(controls.filter((one) => one.value).map((one) => [one.name, one.value]));
  await keep({ kind: "visit_out", note: note.value.trim(), about: { visit: from.visit, answers, photos } }, pressed);
  filling = "";
}

async function press(anyway: boolean): Promise<void> {
  const pressed = { device_time: new Date().toISOString(), ticks: performance.now() };
  const next = chosen && chosen.customer !== going?.customer ? chosen : null;
  if (!next && !anyway && !form.reportValidity()) {
    part("anyway").hidden = false;
    return;
  }
  part<HTMLButtonElement>("press").disabled = true;
  say("answer", "");
  say("photo-said", "");
  part("button").textContent = said.sending;
  if (next) await arrive(next, pressed);
  else if (going) await leave(going, pressed);
  await upload();
  await send();
  await look();
}

const pressing = (anyway: boolean) => (): void => void attempt(() => press(anyway), said.kept);
part("press").addEventListener("click", pressing(false));
part("anyway").addEventListener("click", pressing(true));
form.addEventListener("submit", (event) => event.preventDefault());
let typing = 0;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = window.setTimeout(() => void attempt(look, said.away), 400);
});
page.addEventListener("tried", () => void overlay().then(show));
begin({ look, first: upload });
