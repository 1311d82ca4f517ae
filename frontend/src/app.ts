// The page as an app: the worker that keeps it, what was shown last for when there is no network, sending in the background.
const OWN = "kaoqin-own";
const SHOWN = "/punch/shown";

/** What the page showed last, and the server's last answer; it goes with the log-out. */
export interface Kept<T, C> { today: T; contact: C | null; shown_at: string }

export async function keepShown<T, C>(told: Kept<T, C>): Promise<void> {
  await (await caches.open(OWN)).put(SHOWN, new Response(JSON.stringify(told)));
}

export async function lastShown<T, C>(): Promise<Kept<T, C> | undefined> {
  return (await caches.match(SHOWN, { cacheName: OWN }))?.json();
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
