// The key of this phone: made at the first press, and told to the server then, or later where there was no network.
import { base64url, keepRing, makeKeys, ringOf, type Ring } from "./keyring";

export interface Registered { id: number; state: string; sentence: string }

/** Somebody's key on this phone, made now where there is none. */
export async function ringFor(employee: string): Promise<Ring> {
  return (await ringOf(employee)) ?? newRing(employee);
}

export async function newRing(employee: string): Promise<Ring> {
  const made = { employee, keys: await makeKeys(), phone: 0, counter: 0 };
  await keepRing(made);
  return made;
}

function der(ring: Ring): Promise<ArrayBuffer> {
  return crypto.subtle.exportKey("spki", ring.keys.publicKey);
}

export async function spkiOf(ring: Ring): Promise<string> {
  return base64url(await der(ring));
}

/** By which records name the key, whether the server knows it yet or not. */
export async function fingerprint(ring: Ring): Promise<string> {
  return base64url(await crypto.subtle.digest("SHA-256", await der(ring)));
}

/** Put a question in a dialog of the page; whether the answer was yes. */
export function agreed(dialog: HTMLDialogElement, question: string): Promise<boolean> {
  dialog.querySelector("[data-question]")!.textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((good) => dialog.addEventListener("close", () => good(dialog.returnValue === "yes"), { once: true }));
}
