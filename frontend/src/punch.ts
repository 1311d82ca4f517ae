// The page of the button: whether it counts here, a signed record when it is pressed, and what waits while offline.
import { install, keepShown, lastShown, sendLater } from "./app";
import { csrf } from "./csrf";
import { dropWaiting, keepRing, keepWaiting, nextCounter, ringOf, sign, waitingOf, type Ring } from "./keyring";
import { inTurn } from "./sending";
import { scan } from "./scanning";
import { agreed, fingerprint, newRing, ringFor, spkiOf, type Registered } from "./registering";

interface Point { latitude: number; longitude: number; datum: "wgs84"; accuracy_m: number; taken_at: string }
interface Contact { server_time: string; proof: string; ticks: number; boot: string }
interface Moment { time: string; state: string; said: string; place: string }
interface Today { shift: string; button: string; sentence: string; counts: boolean; note_needed: boolean; moments: Moment[] }
interface Answer { id: string; state: string; sentence: string }

const page = document.querySelector<HTMLElement>("[data-punch]")!;
const said = page.dataset as Record<string, string>;
const boot = crypto.randomUUID?.() ?? "";
const FRESH = 60_000;
const TONES: Record<string, string> = { counted: "green", field: "azure", held: "yellow", refused: "red", void: "secondary", known: "green" };
let ring: Ring | undefined;
let contact: Contact | null = null;
let point: Point | null = null;
/** Why there is no position, for people. */
let hindrance = "";
/** What was scanned or opened as a link; it goes with the next punch. */
let code = { qr: "", tag: "" };
/** Whoever pressed said so; they are asked again at the next press, not before. */
let declined = false;
/** What the button says when nothing is under way. */
let label = "";

class LoggedOut extends Error {}
class Refused extends Error {
  constructor(sentence: string, readonly code = "") {
    super(sentence);
  }
}
/** Whoever pressed did not want this phone in the place of the one in use. */
class Declined extends Error {}

function part<T extends HTMLElement>(name: string): T {
  return page.querySelector<T>(`[data-${name}]`)!;
}

function say(name: string, text: string): void {
  part(name).textContent = text;
  part(name).hidden = !text;
}

/** Ask the server; a page that is not JSON is the log-in. */
async function ask<T>(path: string, body?: unknown): Promise<T> {
  const told = { method: body === undefined ? "GET" : "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() } };
  const answer = await fetch(said.base + path, { ...told, body: body === undefined ? undefined : JSON.stringify(body), redirect: "error" });
  if (answer.status === 401) throw new LoggedOut();
  const found = await answer.json();
  const { sentence, code } = found as { sentence?: string; code?: string };
  if (!answer.ok) throw new Refused(sentence ?? String(answer.status), code);
  return found as T;
}

async function reach(): Promise<void> {
  const ticks = performance.now();
  contact = { ...(await ask<{ server_time: string; proof: string }>("/time")), ticks, boot };
}

/** Tell the server this phone's key, and hear what became of it. One that was replaced gets a new key, which asks again. */
async function register(): Promise<void> {
  const kept = await ringFor(said.employee);
  const phone = await introduce({ spki: await spkiOf(kept), name: named() });
  if (kept.phone !== phone.id) await keepRing({ ...kept, phone: phone.id });
  ring = phone.state === "replaced" ? await newRing(said.employee) : { ...kept, phone: phone.id };
  say("phone-said", phone.state === "bound" ? "" : phone.sentence);
}

/** Another phone is in use: nothing is replaced before whoever presses was asked. */
async function introduce(told: { spki: string; name: string }): Promise<Registered> {
  try {
    return await ask<Registered>("/keys", told);
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.code !== "phones.replace_first") throw fault;
    declined = !(await agreed(part<HTMLDialogElement>("replace"), fault.message));
    if (declined) throw new Declined();
    return ask<Registered>("/keys", { ...told, replace: true });
  }
}

/** The first press registers the phone; without a network its key is made, and registered when there is one. */
async function registerAtFirst(): Promise<void> {
  ring = await ringFor(said.employee);
  if (ring.phone) return;
  try {
    await register();
  } catch (fault) {
    if (fault instanceof Refused || fault instanceof Declined) throw fault;
  }
}

/** What the browser tells of itself, for people: Android Chrome, iPhone Safari. */
function named(): string {
  const agent = navigator.userAgent;
  const system = /iPhone|iPad|Android|Windows|Mac OS X|Linux/.exec(agent)?.[0] ?? "";
  return `${system} ${/MicroMessenger|DingTalk|Lark|Edg|Chrome|Firefox|Safari/.exec(agent)?.[0] ?? ""}`.trim();
}

function locate(): Promise<Point | null> {
  if (said.gps === undefined || !("geolocation" in navigator)) return Promise.resolve(null);
  if (point && Date.now() - Date.parse(point.taken_at) < FRESH) return Promise.resolve(point);
  say("here", said.locating);
  hindrance = "";
  return new Promise((good) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => good({ latitude: coords.latitude, longitude: coords.longitude, datum: "wgs84", accuracy_m: coords.accuracy, taken_at: new Date().toISOString() }),
      (fault) => {
        hindrance = fault.code === fault.PERMISSION_DENIED ? said.denied : said.nowhere;
        good(null);
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 15_000 },
    ),
  );
}

function showToday(today: Today): void {
  part("shift").textContent = today.shift;
  part("button").textContent = label = today.button;
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
  point = await locate();
  const today = await ask<Today>("/today", { point, ...code });
  showToday(today);
  say("shown", "");
  await keepShown({ today, contact, shown_at: new Date().toISOString() });
}

/** Without a network: what was shown last, if that was today, and the server's last answer, which bounds the clock. */
async function showLast(): Promise<void> {
  const kept = await lastShown<Today, Contact>();
  if (!kept || contact) return;
  contact = kept.contact;
  const shown = new Date(kept.shown_at);
  if (shown.toDateString() !== new Date().toDateString()) return;
  showToday(kept.today);
  const time = shown.toLocaleTimeString(document.documentElement.lang || "zh-CN", { timeStyle: "short" });
  say("shown", said.shownAt.replace("{time}", time));
}

/** Sign a record and keep it before anything is sent: a page that is killed loses nothing. */
async function press(): Promise<void> {
  const pressed = { device_time: new Date().toISOString(), ticks: performance.now() };
  part<HTMLButtonElement>("press").disabled = true;
  say("answer", "");
  part("button").textContent = said.sending;
  await registerAtFirst();
  const here = await locate();
  const counter = await nextCounter(said.employee);
  const note = page.querySelector<HTMLInputElement>("#note")!;
  const told = { v: 2, key: await fingerprint(ring!), id: crypto.randomUUID(), counter, kind: "punch", ...pressed, boot, contact, point: here, ...code };
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const payload = JSON.stringify({ ...told, zone, note: note.value.trim(), client: { platform: named() } });
  await keepWaiting({ id: told.id, employee: said.employee, counter, payload, signature: await sign(ring!, payload) });
  note.value = "";
  code = { qr: "", tag: "" };
  await sendLater();
  await send();
}

/** Send what waits, and show the answer of the last one. Nothing is dropped before the server has answered it. */
async function send(): Promise<void> {
  const waiting = await waitingOf(said.employee);
  if (waiting.length && !ring?.phone) {
    if (declined) throw new Declined();
    await register();
  }
  for (let begin = 0; begin < waiting.length; begin += 100) {
    const some = waiting.slice(begin, begin + 100);
    const answers = await ask<Answer[]>("/records", some.map(({ payload, signature }) => ({ payload, signature })));
    for (const one of some) await dropWaiting(one.id);
    const last = answers.at(-1)!;
    say("answer", last.sentence);
    part("answer").className = `alert alert-${{ counted: "success", known: "success", field: "info", held: "warning" }[last.state] ?? "danger"}`;
  }
}

async function showQueue(): Promise<void> {
  const { length } = await waitingOf(said.employee);
  say("queue", length ? said.queued.replace("{count}", String(length)) : "");
}

/** Do something, one thing at a time in all tabs, and say what stood in its way; the button works even so. */
async function attempt(what: () => Promise<void>, otherwise: string): Promise<void> {
  try {
    await inTurn(what);
  } catch (fault) {
    say("answer", why(fault, otherwise));
    part("answer").className = "alert alert-warning";
    part("button").textContent = label || said.offlineButton;
    if (!(fault instanceof Declined || fault instanceof Refused)) await withoutServer();
  }
  part<HTMLButtonElement>("press").disabled = false;
  await showQueue();
}

/** The page goes on without the server: what was shown last, and the button. */
async function withoutServer(): Promise<void> {
  await showLast();
  part("button").textContent = label || said.offlineButton;
  say("here", "");
}

function why(fault: unknown, otherwise: string): string {
  if (fault instanceof LoggedOut) return said.login;
  if (fault instanceof Declined) return said.declined;
  return fault instanceof Refused ? fault.message : otherwise;
}

/** Opening the page registers nothing: only what was registered is told again, so that what became of it is heard. */
async function open(): Promise<void> {
  say("answer", "");
  ring = await ringOf(said.employee);
  await reach();
  if (ring?.phone) await register();
  try {
    await send();
  } finally {
    await look();
  }
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
  } catch {
    say("scan-said", said.noCamera);
  }
}

function punchWith(qr: string): void {
  part<HTMLDialogElement>("scan-box").close();
  code = { qr, tag: "" };
  part("press").click();
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

function begin(): void {
  if (!(window.isSecureContext && crypto.subtle && "indexedDB" in window)) {
    say("here", said.unsupported);
    return;
  }
  readLink();
  if (said.scan !== undefined) offerScanning();
  const again = (): void => void attempt(open, said.away);
  part("press").addEventListener("click", () => void attempt(async () => { await press(); await look(); }, said.kept));
  void install(said.worker, again);
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  const tick = (): void => say("clock", new Date().toLocaleString(document.documentElement.lang || "zh-CN", { dateStyle: "full", timeStyle: "short" }));
  tick();
  setInterval(tick, 10_000);
  again();
}

begin();
