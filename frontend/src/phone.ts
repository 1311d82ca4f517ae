// What the pages share on which a phone tells something: its key, the server's last answer, the position, what waits to be sent.
import { csrf } from "./csrf";
import { base64url, deviceName, dropWaiting, keepRing, keepWaiting, makeKeys, nextCounter, ringOf, sign, waitingOf, type Ring } from "./keyring";

export interface Point { latitude: number; longitude: number; datum: "wgs84"; accuracy_m: number; taken_at: string }
interface Contact { server_time: string; proof: string; ticks: number; boot: string }
export interface Answer { id: string; state: string; sentence: string }

export const page = document.querySelector<HTMLElement>("[data-phone]")!;
export const said = page.dataset as Record<string, string>;
const boot = crypto.randomUUID?.() ?? "";
const FRESH = 60_000;
let ring: Ring | undefined;
let contact: Contact | null = null;
let point: Point | null = null;
/** Why there is no position, for people. */
export let hindrance = "";

class LoggedOut extends Error {}
export class Refused extends Error {}

export function part<T extends HTMLElement>(name: string): T {
  return page.querySelector<T>(`[data-${name}]`)!;
}

export function say(name: string, text: string): void {
  part(name).textContent = text;
  part(name).hidden = !text;
}

/** Ask the server; a page that is not JSON is the log-in. */
export async function ask<T>(path: string, body?: unknown, base: string = said.base): Promise<T> {
  const plain = body === undefined || body instanceof FormData;
  const headers: Record<string, string> = { "X-CSRFToken": csrf(), ...(plain ? {} : { "Content-Type": "application/json" }) };
  const sent = plain ? (body as FormData | undefined) : JSON.stringify(body);
  const answer = await fetch(base + path, { method: body === undefined ? "GET" : "POST", headers, body: sent, redirect: "error" });
  if (answer.status === 401) throw new LoggedOut();
  const found = await answer.json();
  if (!answer.ok) throw new Refused((found as { sentence?: string }).sentence ?? String(answer.status));
  return found as T;
}

async function reach(): Promise<void> {
  const ticks = performance.now();
  contact = { ...(await ask<{ server_time: string; proof: string }>("/time")), ticks, boot };
}

/** This phone's key: made and kept once, registered at every opening, so that what became of it is told. */
async function register(): Promise<void> {
  let kept = await ringOf(said.employee);
  if (!kept) await keepRing((kept = { employee: said.employee, keys: await makeKeys(), phone: 0, counter: 0 }));
  if (kept.phone) ring = kept;
  const spki = base64url(await crypto.subtle.exportKey("spki", kept.keys.publicKey));
  const phone = await ask<{ id: number; state: string; sentence: string }>("/keys", { spki, name: named() });
  if (kept.phone !== phone.id) await keepRing({ ...kept, phone: phone.id });
  ring = { ...kept, phone: phone.id };
  say("phone-said", phone.state === "bound" ? "" : phone.sentence);
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
export async function keep(told: { kind: string; note: string; about?: unknown }, pressed: { device_time: string; ticks: number }): Promise<string> {
  const here = await locate();
  const counter = await nextCounter(said.employee);
  const id = crypto.randomUUID();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const payload = JSON.stringify({ v: 1, phone: ring!.phone, id, counter, ...pressed, boot, contact, point: here, zone, ...told, client: { platform: named(), device: await deviceName() } });
  await keepWaiting({ id, employee: said.employee, counter, payload, signature: await sign(ring!, payload) });
  return id;
}

/** Send what waits, and show the answer of the last one. Nothing is dropped before the server has answered it. */
export async function send(): Promise<void> {
  const waiting = await waitingOf(said.employee);
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

/** Do something, one thing at a time in all tabs, and say what stood in its way; the button works wherever a key is known. */
export async function attempt(what: () => Promise<void>, otherwise: string): Promise<void> {
  try {
    await navigator.locks.request("kaoqin-phone", what);
  } catch (fault) {
    const why = fault instanceof LoggedOut ? said.login : fault instanceof Refused ? fault.message : otherwise;
    say("answer", why);
    part("answer").className = "alert alert-warning";
    part("button").textContent = said.offlineButton;
    say("here", "");
  }
  part<HTMLButtonElement>("press").disabled = !ring;
  await showQueue();
  page.dispatchEvent(new Event("tried"));
}

async function open(look: () => Promise<void>, first: () => Promise<void>): Promise<void> {
  say("answer", "");
  await register();
  await reach();
  await first();
  await send();
  await look();
}

/** Begin the page, and once more whenever it comes back: register, send what waits (`first` what it names), and look at how
 * things stand. */
export function begin(look: () => Promise<void>, first: () => Promise<void> = () => Promise.resolve()): void {
  if (!(window.isSecureContext && crypto.subtle && "indexedDB" in window)) {
    say("here", said.unsupported);
    return;
  }
  const again = (): void => void attempt(() => open(look, first), said.away);
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  const tick = (): void => say("clock", new Date().toLocaleString(document.documentElement.lang || "zh-CN", { dateStyle: "full", timeStyle: "short" }));
  tick();
  setInterval(tick, 10_000);
  again();
}
