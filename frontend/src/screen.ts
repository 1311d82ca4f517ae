// A screen on the wall: the code of now, asked for anew when it is over; without the server no code is shown.
const page = document.querySelector<HTMLElement>("[data-screen]")!;
const said = page.dataset as Record<string, string>;
const part = (name: string): HTMLElement => page.querySelector<HTMLElement>(`[data-${name}]`)!;
const invitation = part("said").textContent!;
const RETRY_MS = 3_000;
/** How far the server's clock is ahead of this screen's: the clock on the wall is the one that counts. */
let ahead_ms = 0;

interface Code { svg: string; digits: string; left_ms: number; now: string }

function show(told: Code | null): void {
  part("code").replaceChildren(...(told ? [new DOMParser().parseFromString(told.svg, "text/html").body.firstChild!] : []));
  part("digits").textContent = told ? `${told.digits.slice(0, 4)} ${told.digits.slice(4)}` : "";
  part("said").textContent = told ? invitation : said.lost;
}

async function next(): Promise<void> {
  let wait = RETRY_MS;
  try {
    const answer = await fetch(said.source, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = (await answer.json()) as Code;
    ahead_ms = Date.parse(told.now) - Date.now();
    show(told);
    wait = told.left_ms + 50;
  } catch {
    show(null);
  }
  setTimeout(() => void next(), wait);
}

function tick(): void {
  part("clock").textContent = new Date(Date.now() + ahead_ms).toLocaleTimeString(document.documentElement.lang, { hour12: false, timeZone: page.dataset.zone });
}

void next();
tick();
setInterval(tick, 1_000);
// A screen on a wall must not go dark.
void navigator.wakeLock?.request("screen").catch(() => undefined);

export {};
