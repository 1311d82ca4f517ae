// The pad of a tablet: number, PIN, and for three seconds what became of it. The PIN is sealed before it is kept or sent.
import { installPad, keepOfPad, lastOfPad } from "./app";
import { csrf } from "./csrf";
import { dropWaiting, keepWaiting, nextCounter, ringOf, sign, waitingOf, type Waiting } from "./keyring";

interface Contact { server_time: string; proof: string; ticks: number; boot: string }
interface Known { contact: Contact; ahead_ms: number }
interface Answer { id: string; state: string; sentence: string }

const page = document.querySelector<HTMLElement>("[data-kiosk]")!;
const told = page.dataset as Record<string, string>;
const me = `kiosk-${told.tablet}`;
const boot = crypto.randomUUID?.() ?? "";
const SHOWN_MS = 3_000;
/** An entry nobody goes on with is cleared, so that the next one does not see whose it was. */
const LEFT_MS = 20_000;
const AGAIN_MS = 30_000;
const AT_ONCE = 50;
let contact: Contact | null = null;
let leaving = 0;
let away = false;
/** How far the server's clock is ahead of this tablet's: the clock on the wall is the one that counts. */
let ahead_ms = 0;
let sealing: CryptoKey;

function part<T extends HTMLElement>(name: string): T {
  return page.querySelector<T>(`[data-${name}]`)!;
}

const number = part<HTMLInputElement>("number");
const pin = part<HTMLInputElement>("pin");

/** Which of the two is typed into: the number, until it is confirmed. */
function entering(): HTMLInputElement {
  return page.classList.contains("at-pin") ? pin : number;
}

function askNumber(): void {
  page.classList.remove("at-pin");
  part("ask").textContent = told.askNumber;
}

function clear(): void {
  number.value = pin.value = "";
  number.inputMode = "none";
  askNumber();
}

function touched(): void {
  clearTimeout(leaving);
  leaving = window.setTimeout(clear, LEFT_MS);
}

function show(sentence: string, state: string): void {
  const shown = part("answer");
  shown.textContent = sentence;
  shown.dataset.state = state;
  shown.hidden = false;
  setTimeout(() => (shown.hidden = true), SHOWN_MS);
}

function typed(sign: string): void {
  touched();
  const into = entering();
  if (sign === "back" && into === pin && !pin.value) askNumber();
  else if (sign === "back") into.value = into.value.slice(0, -1);
  else if (sign === "clear") clear();
  else if (into.value.length < into.maxLength) into.value += sign;
  if (pin.value.length === Number(told.digits)) void press();
}

function confirm(): void {
  touched();
  if (entering() === pin || !number.value.trim()) return;
  page.classList.add("at-pin");
  part("ask").textContent = told.askPin.replace("{number}", number.value.trim());
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

async function sealed(text: string): Promise<string> {
  const made = await crypto.subtle.encrypt({ name: "RSA-OAEP" }, sealing, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(made)));
}

/** Sign what was entered and keep it before anything is sent; then send, and say what became of it. */
async function press(): Promise<void> {
  const entered = { number: number.value.trim(), pin: pin.value };
  const moment = { device_time: new Date().toISOString(), ticks: performance.now() };
  clear();
  const id = crypto.randomUUID();
  const counter = await nextCounter(me);
  const payload = JSON.stringify({ v: 1, id, counter, ...moment, boot, contact, number: entered.number, pin: await sealed(entered.pin) });
  await keepWaiting({ id, employee: me, counter, payload, signature: await sign((await ringOf(me))!, payload) });
  const time = shownTime();
  const answer = (await send()).find((one) => one.id === id);
  show(answer?.sentence ?? told.kept.replace("{time}", time), answer?.state ?? "held");
}

/** Send what waits; the answers. Nothing is dropped before it was answered; without a network there are none. */
async function send(): Promise<Answer[]> {
  try {
    return await navigator.locks.request(me, sendAll);
  } catch {
    return [];
  } finally {
    await showQueue();
  }
}

/** What waits, and that there is no network, stay in sight: whoever looks after the tablet must know. */
async function showQueue(): Promise<void> {
  const { length } = await waitingOf(me);
  const queued = length ? told.queued.replace("{count}", String(length)) : "";
  part("queue").textContent = [away ? told.away : "", queued].filter(Boolean).join(" · ");
}

async function sendAll(): Promise<Answer[]> {
  const waiting = await waitingOf(me);
  const answers: Answer[] = [];
  for (let begin = 0; begin < waiting.length; begin += AT_ONCE) answers.push(...(await sendSome(waiting.slice(begin, begin + AT_ONCE))));
  return answers;
}

async function sendSome(some: Waiting[]): Promise<Answer[]> {
  const body = JSON.stringify(some.map(({ payload, signature }) => ({ payload, signature })));
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf() };
  const answers = await asked<Answer[]>("records/", { method: "POST", headers, body });
  for (const one of some) await dropWaiting(one.id);
  return answers;
}

/** Ask the server; a tablet that was revoked says so, and takes nothing more. */
async function asked<T>(path: string, how: RequestInit = {}): Promise<T> {
  const answer = await fetch(`/kiosk/${path}`, { ...how, redirect: "error" });
  if (answer.status === 404) stop(((await answer.json()) as { sentence: string }).sentence);
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
}

function stop(sentence: string): void {
  part("stopped").textContent = sentence;
  part("stopped").hidden = false;
  page.classList.add("is-stopped");
}

/** Ask for the time, and send what waits; without a network, say so. */
async function reach(): Promise<void> {
  const ticks = performance.now();
  try {
    contact = { ...(await asked<{ server_time: string; proof: string }>("time/")), ticks, boot };
    ahead_ms = Date.parse(contact.server_time) - Date.now();
    away = false;
    await keepOfPad<Known>({ contact, ahead_ms });
  } catch {
    away = true;
  }
  tick();
  await (away ? showQueue() : send());
}

/** What a life of this page before this one knew last: what is punched now is no earlier. */
async function recall(): Promise<void> {
  const known = await lastOfPad<Known>();
  if (!known || contact) return;
  ({ contact, ahead_ms } = known);
}

function begin(): void {
  for (const key of page.querySelectorAll<HTMLButtonElement>("[data-key]")) {
    key.addEventListener("click", () => typed(key.dataset.key!));
    key.addEventListener("mousedown", (event) => event.preventDefault()); // no focus by a tap: Enter of a keyboard goes on
  }
  part("go").addEventListener("click", confirm);
  part("letters").addEventListener("click", () => {
    number.inputMode = "text";
    number.focus();
  });
  window.addEventListener("keydown", ({ key, target }) => {
    if (/^[0-9]$/.test(key) && target !== number) typed(key);
    if (key === "Backspace" && target !== number) typed("back");
    if (key === "Enter" && !(target instanceof HTMLButtonElement)) confirm();
  });
  const again = (): void => void reach();
  window.addEventListener("online", again);
  window.addEventListener("offline", again);
  setInterval(again, AGAIN_MS);
  again();
}

function shownTime(): string {
  return new Date(Date.now() + ahead_ms).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: told.zone });
}

function tick(): void {
  part("clock").textContent = shownTime();
}

async function open(): Promise<void> {
  if (!(window.isSecureContext && (await ringOf(me)))) return stop(told.lost);
  const spki = bytes(told.sealing);
  sealing = await crypto.subtle.importKey("spki", spki, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  await recall();
  begin();
  await installPad(told.worker).catch(() => undefined);
}

clear();
tick();
setInterval(tick, 1_000);
void open();
// A tablet on a wall must not go dark.
void navigator.wakeLock?.request("screen").catch(() => undefined);
