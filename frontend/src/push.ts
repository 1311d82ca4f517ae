// The card of browser pushes among the preferences: how it is with this browser, and the button that begins it.
import { csrf } from "./csrf";

const card = document.querySelector<HTMLElement>("[data-push]");

function show(name: string): void {
  for (const part of ["begin", "here", "not", "denied", "failed"])
    card?.querySelector<HTMLElement>(`[data-${part}]`)?.toggleAttribute("hidden", part !== name);
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const padded = base64url.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat(-base64url.length & 3);
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
}

async function look(): Promise<void> {
  if (!("serviceWorker" in navigator && "PushManager" in window)) return show("not");
  if (Notification.permission === "denied") return show("denied");
  const registration = await navigator.serviceWorker.getRegistration("/");
  show((await registration?.pushManager.getSubscription()) && Notification.permission === "granted" ? "here" : "begin");
}

async function begin(of: HTMLElement): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") return look();
  await navigator.serviceWorker.register(of.dataset.worker ?? "", { scope: "/" });
  const registration = await navigator.serviceWorker.ready;
  const key = bytes(of.dataset.key ?? "");
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const answer = await fetch(of.dataset.subscribe ?? "", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(made),
  });
  if (answer.ok) return location.reload();
  await made.unsubscribe();
  const said = (await answer.json().catch(() => ({}))) as { sentence?: string };
  const place = of.querySelector<HTMLElement>("[data-said]");
  if (place) [place.hidden, place.textContent] = [false, said.sentence ?? ""];
}

if (card) {
  card.querySelector("[data-begin]")?.addEventListener("click", () => void begin(card).catch(() => show("failed")));
  void look();
}
