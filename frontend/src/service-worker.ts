/// <reference lib="webworker" />
// Keeps the page of the button, and that of a tablet, for when there is no network, sends the punches that wait, and shows what is pushed.
// Built as one classic script; the server puts `self.kaoqin` before it: what to keep, by version.
import { inTurn, sendWaiting } from "./sending";

interface Pushed { title: string; body: string; link: string; tag: string }
interface SyncEvent extends ExtendableEvent { tag: string }

declare const self: ServiceWorkerGlobalScope & { kaoqin: { version: string; files: string[] }; cookieStore?: { get(name: string): Promise<{ value: string } | null> } };

const START = "/punch/";
const PAD = "/kiosk/";
const SHELL = `kaoqin-shell-${self.kaoqin.version}`;
/** What belongs to whoever is logged in; gone with the log-out. */
const OWN = "kaoqin-own";
/** The pages that are kept, and where. A tablet's is nobody's: no log-out takes it away. */
const KEPT: Record<string, string> = { [START]: OWN, [PAD]: "kaoqin-kiosk" };
const DOORS = ["/login/", "/logout/"];

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(dropOld()));

async function keepShell(): Promise<void> {
  await (await caches.open(SHELL)).addAll(self.kaoqin.files);
  await self.skipWaiting();
}

async function dropOld(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("kaoqin-shell-") && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (DOORS.includes(address.pathname)) event.waitUntil(caches.delete(OWN));
  else if (request.method !== "GET") return;
  else if (address.pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request, address.pathname));
});

async function asset(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: SHELL })) ?? fetch(request);
}

/** A page comes from the network. Two are kept: that of the button stands for all pages without a network, a tablet's for its own. */
async function page(request: Request, path: string): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (path in KEPT) await keep(path, answer.clone());
    return answer;
  } catch {
    const home = path.startsWith(PAD) ? PAD : START;
    const kept = await caches.match(home, { cacheName: KEPT[home] });
    if (!kept) return Response.error();
    return path === home ? kept : Response.redirect(home);
  }
}

/** What is none any more (a tablet that was revoked) is not shown again either. */
async function keep(path: string, answer: Response): Promise<void> {
  const shelf = await caches.open(KEPT[path]);
  if (answer.ok && !answer.redirected) await shelf.put(path, answer);
  else if (answer.status === 404) await shelf.delete(path);
}

self.addEventListener("sync" as never, (event: SyncEvent) => {
  if (event.tag === "kaoqin-send") event.waitUntil(inTurn(sendInBackground));
});

/** Refused records stay for the page, which shows why; so does what another account on this browser left. */
async function sendInBackground(): Promise<void> {
  const token = (await self.cookieStore?.get("csrftoken"))?.value ?? "";
  if (await sendWaiting(token)) for (const one of await self.clients.matchAll()) one.postMessage("kaoqin-sent");
}

self.addEventListener("push", (event) => {
  if (!event.data) return;
  const said = event.data.json() as Pushed;
  const shown = { body: said.body, tag: said.tag, icon: "/static/icon-192.png", badge: "/static/icon-192.png", data: { link: said.link } };
  event.waitUntil(self.registration.showNotification(said.title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const told = event.notification.data as { link?: string } | null;
  const address = new URL(told?.link ?? "/notices/", self.location.origin);
  if (address.origin === self.location.origin) event.waitUntil(open(address.href));
});

async function open(address: string): Promise<unknown> {
  const there = (await self.clients.matchAll({ type: "window" })).find((one) => one.url === address);
  return there ? there.focus() : self.clients.openWindow(address);
}
