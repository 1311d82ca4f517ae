// What a phone keeps, in IndexedDB, by employee: its key (not extractable), its number and counter, the records that wait;
// and a random name of this browser, the same whoever is logged in.
import { database } from "./store";

export interface Ring {
  employee: string;
  keys: CryptoKeyPair;
  phone: number;
  counter: number;
}

export interface Waiting {
  id: string;
  employee: string;
  counter: number;
  payload: string;
  signature: string;
}

const within = database("kaoqin-phone", 2, (base, from) => {
  if (from < 1) {
    base.createObjectStore("rings", { keyPath: "employee" });
    base.createObjectStore("waiting", { keyPath: "id" });
  }
  base.createObjectStore("browser");
});

export function base64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function ringOf(employee: string): Promise<Ring | undefined> {
  return within(["rings"], "readonly", (course) => course.objectStore("rings").get(employee));
}

export function everyRing(): Promise<Ring[]> {
  return within(["rings"], "readonly", (course) => course.objectStore("rings").getAll());
}

export function keepRing(ring: Ring): Promise<unknown> {
  return within(["rings"], "readwrite", (course) => course.objectStore("rings").put(ring));
}

/** The random name of this browser, made once. */
export async function deviceName(): Promise<string> {
  let name = "";
  await within(["browser"], "readwrite", (course) => {
    const store = course.objectStore("browser");
    const asked = store.get("device");
    asked.onsuccess = () => {
      name = (asked.result as string | undefined) ?? crypto.randomUUID();
      store.put(name, "device");
    };
    return asked;
  });
  return name;
}

export function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
}

export async function sign(ring: Ring, payload: string): Promise<string> {
  const told = { name: "ECDSA", hash: "SHA-256" };
  return base64url(await crypto.subtle.sign(told, ring.keys.privateKey, new TextEncoder().encode(payload)));
}

/** The next number of this phone; two tabs never get the same one. */
export async function nextCounter(employee: string): Promise<number> {
  let next = 0;
  await within(["rings"], "readwrite", (course) => {
    const store = course.objectStore("rings");
    const asked = store.get(employee);
    asked.onsuccess = () => {
      const ring = asked.result as Ring;
      next = ring.counter + 1;
      store.put({ ...ring, counter: next });
    };
    return asked;
  });
  return next;
}

export function keepWaiting(one: Waiting): Promise<unknown> {
  return within(["waiting"], "readwrite", (course) => course.objectStore("waiting").put(one));
}

/** What waits to be sent for somebody, in the order in which it was made. */
export async function waitingOf(employee: string): Promise<Waiting[]> {
  const all = await within<Waiting[]>(["waiting"], "readonly", (course) => course.objectStore("waiting").getAll());
  return all.filter((one) => one.employee === employee).sort((one, other) => one.counter - other.counter);
}

export function dropWaiting(id: string): Promise<unknown> {
  return within(["waiting"], "readwrite", (course) => course.objectStore("waiting").delete(id));
}
