// The page of the button: whether it counts here, a signed record when it is pressed, and what waits while offline.
import { install, keepShown, lastShown } from "./app";
import { whyClosed } from "./camera";
import { ask, attempt, begin, contact, hindrance, keep, labelled, locate, page, part, recall, said, say, send, type Contact } from "./phone";
import { csrf } from "./csrf";
import { keepPhoto, sendPhotos } from "./photos";
import { scan } from "./scanning";
import { shoot } from "./shooting";

interface Moment { time: string; state: string; said: string; place: string }
interface Today { shift: string; button: string; sentence: string; counts: boolean; note_needed: boolean; face_needed: boolean; photo_needed: boolean; photo_sentence: string; moments: Moment[] }

const TONES: Record<string, string> = { counted: "green", field: "azure", held: "yellow", refused: "red", void: "secondary", known: "green" };
/** What was scanned or opened as a link; it goes with the next punch. */
let code = { qr: "", tag: "" };
/** Whether the group asks for a photo of a punch made here. */
let photoNeeded = false;
/** A press counts as the moment of the punch where the photo follows within a minute. */
const SOON = 60_000;

function showToday(today: Today): void {
  part("shift").textContent = today.shift;
  labelled(today.button);
  say("here", today.sentence);
  say("hindrance", today.counts ? "" : hindrance);
  say("photo-said", today.photo_sentence);
  say("face-said", today.face_needed ? said.faceNeeded : "");
  photoNeeded = today.photo_needed;
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
  const today = await ask<Today>("/today", { point: await locate(), ...code });
  showToday(today);
  say("shown", "");
  await keepShown({ today, contact, shown_at: new Date().toISOString() });
}

/** Without a network: what was shown last, if that was today, and the server's last answer, which bounds the clock. */
async function showLast(): Promise<void> {
  const kept = await lastShown<Today, Contact>();
  if (!kept || contact) return;
  recall(kept.contact);
  const shown = new Date(kept.shown_at);
  if (shown.toDateString() !== new Date().toDateString()) return;
  showToday(kept.today);
  const time = shown.toLocaleTimeString(document.documentElement.lang || "zh-CN", { timeStyle: "short" });
  say("shown", said.shownAt.replace("{time}", time));
}

function now(): { device_time: string; ticks: number } {
  return { device_time: new Date().toISOString(), ticks: performance.now() };
}

/** Photos go before the records that name them. */
function upload(): Promise<void> {
  return sendPhotos(said.base, csrf(), said.employee, (sentence) => say("photo-said", sentence));
}

/** Punch: the moment is that of the press, whatever is waited for after it. */
async function press(): Promise<void> {
  let pressed = now();
  part<HTMLButtonElement>("press").disabled = true;
  say("answer", "");
  const shot = photoNeeded ? await shoot(part<HTMLDialogElement>("shoot-box"), said) : null;
  if (shot === undefined) return;
  if (performance.now() - pressed.ticks > SOON) pressed = now();
  part("button").textContent = said.sending;
  const note = page.querySelector<HTMLInputElement>("#note")!;
  const photo = shot && { id: shot.id, sha256: shot.sha256 };
  if (shot) await keepPhoto({ id: shot.id, employee: said.employee, base: said.base, file: shot.file });
  await keep({ kind: "punch", note: note.value.trim(), ...code, photo }, pressed);
  note.value = "";
  code = { qr: "", tag: "" };
  await upload();
  await send();
}

/** A code opened as a link (by any camera, or a tag) waits for the press; the address is cleaned, lest a reload send it again. */
function readLink(): void {
  const asked = new URLSearchParams(location.search);
  code = { qr: asked.get("qr") ?? "", tag: asked.get("tag") ?? "" };
  if (location.search) history.replaceState(null, "", location.pathname);
}

/** Scan, or type the digits, and punch at once: a code lives for half a minute. */
async function punchByCode(): Promise<void> {
  const box = part<HTMLDialogElement>("scan-box");
  const stopped = new AbortController();
  box.addEventListener("close", () => stopped.abort(), { once: true });
  say("scan-said", "");
  box.showModal();
  try {
    const found = await scan(part<HTMLVideoElement>("video"), stopped.signal);
    if (found) punchWith(found);
  } catch (fault) {
    say("scan-said", `${whyClosed(fault, said)}${said.typeInstead}`);
  }
}

/** In its turn: what is asked while the page still opens is done after that, when the button itself would not take it yet. */
function punch(): void {
  void attempt(async () => { await press(); await look(); }, said.kept);
}

function punchWith(qr: string): void {
  part<HTMLDialogElement>("scan-box").close();
  code = { qr, tag: "" };
  photoNeeded &&= said.photoAlways !== undefined;
  punch();
}

function offerScanning(): void {
  const digits = part("typed").querySelector("input")!;
  part("scan-begin").addEventListener("click", () => void punchByCode());
  part("scan-end").addEventListener("click", () => part<HTMLDialogElement>("scan-box").close());
  part("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    punchWith(digits.value);
    digits.value = "";
  });
}

readLink();
if (said.scan !== undefined) offerScanning();
part("press").addEventListener("click", punch);
const again = begin({ look, first: upload, without: showLast });
if (again) void install(said.worker, again);
