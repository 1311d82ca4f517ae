// Sending what waits, without a page: by the worker, when the browser says that there is a network.
import { sendPhotos } from "./photos";
import { dropWaiting, everyRing, waitingOf, type Waiting } from "./keyring";

const PHONE = "/api/v1/phone";
const RECORDS = `${PHONE}/records`;
const MOST = 100;

/** Pages and the worker take turns with the phone's key and its queue. */
export function inTurn<T>(what: () => Promise<T>): Promise<T> {
  return navigator.locks.request("kaoqin-phone", what) as Promise<T>;
}

/** Send what registered phones have waiting, photos first; whether anything was taken. Raises where the server was not reached, to be tried again. */
export async function sendWaiting(token: string): Promise<boolean> {
  let taken = 0;
  await sendPhotos(PHONE, token);
  for (const ring of await everyRing()) {
    const waiting = ring.phone ? await waitingOf(ring.employee) : [];
    for (let begin = 0; begin < waiting.length; begin += MOST) taken += await sendSome(waiting.slice(begin, begin + MOST), token);
  }
  return taken > 0;
}

async function sendSome(some: Waiting[], token: string): Promise<number> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const body = JSON.stringify(some.map(({ payload, signature }) => ({ payload, signature })));
  const answer = await fetch(RECORDS, { method: "POST", headers, body, redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const answers = (await answer.json()) as { state: string }[];
  const taken = some.filter((_, index) => answers[index].state !== "refused");
  for (const one of taken) await dropWaiting(one.id);
  return taken.length;
}
