// Photos that wait to be sent, in IndexedDB: they go before the record that names them.
import { database } from "./store";

export interface Photo {
  id: string;
  employee: string;
  file: Blob;
  /** Which part of the API takes it: of visits, where nothing else is told. */
  base?: string;
}

const VISITS = "/api/v1/field";
/** Whoever is logged in did not take it: it is kept for whom it is of. */
const OF_ANOTHER = 403;
const within = database("kaoqin-photos", 1, (base) => base.createObjectStore("photos", { keyPath: "id" }));

export function keepPhoto(one: Photo): Promise<unknown> {
  return within(["photos"], "readwrite", (course) => course.objectStore("photos").put(one));
}

async function photosOf(base: string): Promise<Photo[]> {
  const all = await within<Photo[]>(["photos"], "readonly", (course) => course.objectStore("photos").getAll());
  return all.filter((one) => (one.base ?? VISITS) === base);
}

function dropPhoto(id: string): Promise<unknown> {
  return within(["photos"], "readwrite", (course) => course.objectStore("photos").delete(id));
}

/** Send the photos that wait; why one was refused is given to `refused`, and it is kept no longer. Raises where the server was
 * not reached; where nobody is logged in they stay, and the records after them say so. */
export async function sendPhotos(base: string, token: string, employee = "", refused: (sentence: string) => void = () => undefined): Promise<void> {
  for (const one of await photosOf(base)) {
    if (employee && one.employee !== employee) continue;
    const body = new FormData();
    body.append("key", one.id);
    body.append("employee", one.employee);
    body.append("file", one.file, "photo.jpg");
    const answer = await fetch(`${base}/photos`, { method: "POST", headers: { "X-CSRFToken": token }, body, redirect: "error" });
    if (answer.status === OF_ANOTHER) continue;
    if (answer.status === 401) return;
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (!answer.ok) refused(((await answer.json()) as { sentence?: string }).sentence ?? String(answer.status));
    await dropPhoto(one.id);
  }
}
