// Shows what is pushed to this browser, and opens where it leads. Classic script: it may import nothing.
interface Pushed {
  title: string;
  body: string;
  link: string;
  tag: string;
}

interface PushEvent extends Event {
  data: { json(): Pushed } | null;
  waitUntil(work: Promise<unknown>): void;
}

interface ClickEvent extends Event {
  notification: Notification;
  waitUntil(work: Promise<unknown>): void;
}

interface Page {
  url: string;
  focus(): Promise<Page>;
}

interface Worker extends EventTarget {
  registration: ServiceWorkerRegistration;
  location: Location;
  clients: { matchAll(which: object): Promise<Page[]>; openWindow(address: string): Promise<unknown> };
}

const worker = self as unknown as Worker;

worker.addEventListener("push", (event) => {
  const { data, waitUntil } = event as PushEvent;
  if (!data) return;
  const said = data.json();
  const shown = { body: said.body, tag: said.tag, icon: "/static/icon.svg", data: { link: said.link } };
  waitUntil.call(event, worker.registration.showNotification(said.title, shown));
});

worker.addEventListener("notificationclick", (event) => {
  const { notification, waitUntil } = event as ClickEvent;
  notification.close();
  const address = new URL((notification.data as { link?: string } | null)?.link ?? "/notices/", worker.location.origin);
  if (address.origin === worker.location.origin) waitUntil.call(event, open(address.href));
});

async function open(address: string): Promise<unknown> {
  const pages = await worker.clients.matchAll({ type: "window" });
  const there = pages.find((page) => page.url === address);
  return there ? there.focus() : worker.clients.openWindow(address);
}
