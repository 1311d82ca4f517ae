// The page of the button: whether it counts here, a signed record when it is pressed, and what waits while offline.
import { ask, attempt, begin, hindrance, keep, locate, page, part, said, say, send } from "./phone";

interface Moment { time: string; state: string; said: string; place: string }
interface Today { shift: string; button: string; sentence: string; counts: boolean; note_needed: boolean; moments: Moment[] }
const TONES: Record<string, string> = { counted: "green", field: "azure", held: "yellow", refused: "red", void: "secondary", known: "green" };

function showToday(today: Today): void {
  part("shift").textContent = today.shift;
  part("button").textContent = today.button;
  say("here", today.sentence);
  say("hindrance", today.counts ? "" : hindrance);
  part("note-part").hidden = !today.note_needed;
  part("press").classList.toggle("here", today.counts);
  part("press").classList.toggle("away", !today.counts);
  part("none").hidden = today.moments.length > 0;
  part("moments").replaceChildren(...today.moments.map(moment));
}

function moment(of: Moment): Node {
  const made = (part<HTMLTemplateElement>("moment").content.cloneNode(true) as DocumentFragment).firstElementChild!;
  for (const name of ["time", "place", "said"] as const) made.querySelector(`[data-${name}]`)!.textContent = of[name];
  made.querySelector("[data-said]")!.classList.add(`bg-${TONES[of.state] ?? "secondary"}-lt`);
  return made;
}

async function look(): Promise<void> {
  showToday(await ask<Today>("/today", { point: await locate() }));
}

/** Punch: the moment is that of the press, whatever is waited for after it. */
async function press(): Promise<void> {
  const pressed = { device_time: new Date().toISOString(), ticks: performance.now() };
  part<HTMLButtonElement>("press").disabled = true;
  say("answer", "");
  part("button").textContent = said.sending;
  const note = page.querySelector<HTMLInputElement>("#note")!;
  await keep({ kind: "punch", note: note.value.trim() }, pressed);
  note.value = "";
  await send();
}

part("press").addEventListener("click", () => void attempt(async () => { await press(); await look(); }, said.kept));
begin(look);
