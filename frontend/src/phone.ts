// What the pages share on which a phone tells something: its key, the server's last answer, the position, what waits to be sent.
import { sendLater } from "./app";
import { csrf } from "./csrf";
import { deviceName, dropWaiting, keepRing, keepWaiting, nextCounter, ringOf, sign, waitingOf, type Ring } from "./keyring";
import { agreed, fingerprint, newRing, ringFor, spkiOf, type Registered } from "./registering";
import { inTurn } from "./sending";

export interface Point { latitude: number; longitude: number; datum: "wgs84"; accuracy_m: number; taken_at: string }
export interface Contact { server_time: string; proof: string; ticks: number; boot: string }
export interface Answer { id: string; state: string; sentence: string }
export interface Pressed { device_time: string; ticks: number }

/** What a page does: `look` at how things stand, `first` send what records name, without a server show what it knows. */
export interface Course { look: () => Promise<void>; first?: () => Promise<void>; without?: () => Promise<void> }

export const page = document.querySelector<HTMLElement>("[data-phone]")!;
export const said = page.dataset as Record<string, string>;
const boot = crypto.randomUUID?.() ?? "";
const FRESH = 60_000;
let ring: Ring | undefined;
let point: Point | null = null;
/** The server's last answer: it bounds the phone's clock. */
export let contact: Contact | null = null;
/** Why there is no position, for people. */
export let hindrance = "";
/** Whoever pressed said so; they are asked again at the next press, not before. */
let declined = false;
/** What the button says when nothing is under way. */
let label = "";
let course: Course | undefined;

class LoggedOut extends Error {}
export class Refused extends Error {
  constructor(sentence: string, readonly code = "") {
    super(sentence);
  }
}
/** Whoever pressed did not want this phone in the place of the one in use. */
class Declined extends Error {}

export function part<T extends HTMLElement>(name: string): T {
  return page.querySelector<T>(`[data-${name}]`)!;
}

export function say(name: string, text: string): void {
  part(name).textContent = text;
  part(name).hidden = !text;
}

/** What the button does now. */
export function labelled(text: string): void {
  part("button").textContent = label = text;
}

/** The server's answer to a page that was open before, where this one has had none. */
export function recall(told: Contact | null): void {
  contact ??= told;
}

/** Ask the server; a page that is not JSON is the log-in. */
export async function ask<T>(path: string, body?: unknown, base: string = said.base): Promise<T> {
  const plain = body === undefined || body instanceof FormData;
  const headers: Record<string, string> = { "X-CSRFToken": csrf(), ...(plain ? {} : { "Content-Type": "application/json" }) };
  const sent = plain ? (body as FormData | undefined) : JSON.stringify(body);
  const answer = await fetch(base + path, { method: body === undefined ? "GET" : "POST", headers, body: sent, redirect: "error" });
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

/** Where the phone is, asked anew once a minute; null where nobody may know or can tell. */
export async function locate(): Promise<Point | null> {
  point = await asked();
  return point;
}

function asked(): Promise<Point | null> {
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

/** Sign a record and keep it before anything is sent: a page that is killed loses nothing. Gives its id. */
export async function keep(told: { kind: string; note: string; [more: string]: unknown }, pressed: Pressed): Promise<string> {
  await registerAtFirst();
  const here = await locate();
  const counter = await nextCounter(said.employee);
  const id = crypto.randomUUID();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const client = { platform: named(), device: await deviceName() };
  const payload = JSON.stringify({ v: 2, key: await fingerprint(ring!), id, counter, ...pressed, boot, contact, point: here, zone, ...told, client });
  await keepWaiting({ id, employee: said.employee, counter, payload, signature: await sign(ring!, payload) });
  await sendLater();
  return id;
}

/** Send what waits, and show the answer of the last one. Nothing is dropped before the server has answered it. */
export async function send(): Promise<void> {
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
export async function attempt(what: () => Promise<void>, otherwise: string): Promise<void> {
  try {
    await inTurn(what);
  } catch (fault) {
    say("answer", why(fault, otherwise));
    part("answer").className = "alert alert-warning";
    if (!(fault instanceof Declined || fault instanceof Refused)) {
      await course?.without?.();
      say("here", "");
    }
    part("button").textContent = label || said.offlineButton;
  }
  part<HTMLButtonElement>("press").disabled = false;
  await showQueue();
  page.dispatchEvent(new Event("tried"));
}

function why(fault: unknown, otherwise: string): string {
  if (fault instanceof LoggedOut) return said.login;
  if (fault instanceof Declined) return said.declined;
  return fault instanceof Refused ? fault.message : otherwise;
}

/** Opening the page registers nothing: only what was registered is told again, so that what became of it is heard. */
async function open({ look, first }: Course): Promise<void> {
  say("answer", "");
  ring = await ringOf(said.employee);
  await reach();
  if (ring?.phone) await register();
  try {
    await first?.();
    await send();
  } finally {
    await look();
  }
}

/** Begin the page; gives what is done once more whenever it comes back, or undefined where this browser cannot sign. */
export function begin(how: Course): (() => void) | undefined {
  if (!(window.isSecureContext && crypto.subtle && "indexedDB" in window)) {
    say("here", said.unsupported);
    return undefined;
  }
  course = how;
  const again = (): void => void attempt(() => open(how), said.away);
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  const tick = (): void => say("clock", new Date().toLocaleString(document.documentElement.lang || "zh-CN", { dateStyle: "full", timeStyle: "short" }));
  tick();
  setInterval(tick, 10_000);
  again();
  return again;
}
