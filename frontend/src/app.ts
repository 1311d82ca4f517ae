// The page as an app: the worker that keeps it, what was shown last for when there is no network, sending in the background.
const OWN = "kaoqin-own";
const SHOWN = "/punch/shown";
const PAD = "kaoqin-kiosk";
const PAD_PAGE = "/kiosk/";
const PAD_SHOWN = "/kiosk/shown";

/** What the page showed last, and the server's last answer; it goes with the log-out. */
export interface Kept<T, C> { today: T; contact: C | null; shown_at: string }

export async function keepShown<T, C>(told: Kept<T, C>): Promise<void> {
  await (await caches.open(OWN)).put(SHOWN, new Response(JSON.stringify(told)));
}

export async function lastShown<T, C>(): Promise<Kept<T, C> | undefined> {
  return (await caches.match(SHOWN, { cacheName: OWN }))?.json();
}

/** Of a tablet: the server's last answer, for when its page dies while there is no network. */
export async function keepOfPad<T>(told: T): Promise<void> {
  await (await caches.open(PAD)).put(PAD_SHOWN, new Response(JSON.stringify(told)));
}

export async function lastOfPad<T>(): Promise<T | undefined> {
  return (await caches.match(PAD_SHOWN, { cacheName: PAD }))?.json();
}

/** A tablet's page is kept by the worker from its first opening on; the browser is asked not to clear what waits on it. */
export async function installPad(worker: string): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await install(worker, () => undefined);
  await navigator.serviceWorker.ready;
  const shelf = await caches.open(PAD);
  if (!(await shelf.match(PAD_PAGE))) await shelf.add(PAD_PAGE);
  await navigator.storage?.persist?.();
}

/** The worker looks after all pages from now on; `heard` when it has sent something by itself. */
export async function install(worker: string, heard: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => data === "kaoqin-sent" && heard());
  await navigator.serviceWorker.register(worker, { scope: "/" });
}

/** Ask the browser, where it can, to let the worker send when there is a network, be the page open or not. */
export async function sendLater(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration("/");
  const sync = (registration as unknown as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
  await sync?.register("kaoqin-send").catch(() => undefined);
}
