// Records one's way while one is on duty and wants it: seen on the page, kept in the phone until the server has it.
import { csrf } from "./csrf";
import { ringOf } from "./keyring";
import { dropBatch, keepBatch, batchesOf } from "./track-store";

type Row = [number, number, number, number];
interface State { agreed: boolean; on_duty: boolean }

const card = document.querySelector<HTMLElement>("[data-track]");
const said = (card?.dataset ?? {}) as Record<string, string>;
const WANTED = "kaoqin-track";
/** Seconds from point to point: on the way, in a place, and when the battery is low. */
const [MOVING_S, STILL_S, LOW_S] = [15, 60, 60];
const MOVING_M = 25;
const LOW_BATTERY = 0.2;
const [MOST_ROWS, FLUSH_MS] = [60, 120_000];
let rows: Row[] = [];
let watch = 0;
let low = false;

function part<T extends HTMLElement>(name: string): T {
  return card!.querySelector<T>(`[data-${name}]`)!;
}

function show(text: string, records: boolean, may: boolean): void {
  part("state").textContent = text;
  part("dot").className = `status-dot ${records ? "status-dot-animated bg-red" : "bg-secondary"}`;
  part("start").hidden = records || !may;
  part("stop").hidden = !records;
}

function metres(one: Row, other: Row): number {
  const north = (one[1] - other[1]) * 111_195;
  const east = (one[2] - other[2]) * 111_195 * Math.cos((one[1] * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** Whether a point is worth keeping: the farther one went, the sooner; nothing of what comes oftener. */
function wanted(row: Row): boolean {
  const last = rows.at(-1);
  if (!last) return true;
  const far = metres(row, last) > Math.max(MOVING_M, row[3]);
  return row[0] - last[0] >= (low ? LOW_S : far ? MOVING_S : STILL_S);
}

function seen({ coords, timestamp }: GeolocationPosition): void {
  const row: Row = [Math.round(timestamp / 1000), coords.latitude, coords.longitude, coords.accuracy];
  if (!wanted(row)) return;
  rows.push(row);
  if (rows.length > MOST_ROWS) void flush();
}

async function ask(method: string, body?: object): Promise<Response> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf() };
  return fetch(said.base, { method, headers, body: body && JSON.stringify(body), redirect: "error" });
}

/** What was seen becomes a batch in the phone first; then all batches are sent. While it goes on the last point stays, to
 * measure from. */
async function flush(ends = false): Promise<boolean> {
  const ring = await ringOf(said.employee);
  const points = ends ? rows : rows.slice(0, -1);
  if (points.length && ring) {
    await keepBatch({ batch: crypto.randomUUID(), employee: said.employee, phone: ring.phone, points });
    rows = rows.slice(points.length);
  }
  return navigator.locks.request("kaoqin-track", send);
}

/** Whether the server said by the last batch that recording goes on. */
async function send(): Promise<boolean> {
  let goesOn = false;
  const waiting = await batchesOf(said.employee);
  part("queue").hidden = !waiting.length;
  part("queue").textContent = said.waiting.replace("{count}", String(waiting.reduce((sum, one) => sum + one.points.length, 0)));
  for (const { batch, phone, points } of waiting) {
    const answer = await ask("POST", { batch, phone, points });
    if (answer.status === 409) stop(said.stopped);
    goesOn = answer.ok && ((await answer.json()) as { goes_on: boolean }).goes_on;
    if (answer.ok || answer.status === 409 || answer.status === 422) await dropBatch(batch);
  }
  if (waiting.length) part("queue").hidden = true;
  return goesOn;
}

/** No network: what was seen waits in the phone and is sent by the next try. */
function keptForLater(): boolean {
  part("queue").hidden = false;
  return false;
}

async function look(): Promise<void> {
  const answer = await ask("GET");
  const { agreed, on_duty } = (await answer.json()) as State;
  if (!agreed) return stop(said.stopped);
  if (!on_duty) return stop(said.offDuty);
  if (!(await ringOf(said.employee))?.phone) return stop(said.noPhone);
  if (localStorage.getItem(WANTED) === said.employee) record();
  else show(said.stopped, false, true);
}

function record(): void {
  if (!watch) watch = navigator.geolocation.watchPosition(seen, ({ code }) => code === 1 && stop(said.denied), { enableHighAccuracy: !low });
  show(said.on, true, true);
}

function stop(why: string): void {
  if (watch) navigator.geolocation.clearWatch(watch);
  watch = 0;
  rows = [];
  show(why, false, why === said.stopped);
}

async function attempt(): Promise<void> {
  const goesOn = await flush().catch(keptForLater);
  if (!goesOn || !watch) await look().catch(keptForLater);
}

async function watchBattery(): Promise<void> {
  const battery = await (navigator as { getBattery?: () => Promise<{ level: number; charging: boolean } & EventTarget> }).getBattery?.();
  const tell = (): void => void (low = !!battery && battery.level < LOW_BATTERY && !battery.charging);
  for (const event of ["levelchange", "chargingchange"]) battery?.addEventListener(event, tell);
  tell();
}

if (card && "geolocation" in navigator) {
  part("start").addEventListener("click", () => {
    localStorage.setItem(WANTED, said.employee);
    void attempt();
  });
  part("stop").addEventListener("click", () => {
    localStorage.removeItem(WANTED);
    void flush(true).finally(() => stop(said.stopped));
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void attempt());
  window.addEventListener("online", () => void attempt());
  setInterval(() => void attempt(), FLUSH_MS);
  void watchBattery().then(attempt);
}
