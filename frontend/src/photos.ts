// Photos that wait to be sent, in IndexedDB: they go before the record that names them.
import { database } from "./store";

export interface Photo {
  id: string;
  employee: string;
  file: Blob;
}

const within = database("kaoqin-photos", 1, (base) => base.createObjectStore("photos", { keyPath: "id" }));

export function keepPhoto(one: Photo): Promise<unknown> {
  return within(["photos"], "readwrite", (course) => course.objectStore("photos").put(one));
}

export async function photosOf(employee: string): Promise<Photo[]> {
  const all = await within<Photo[]>(["photos"], "readonly", (course) => course.objectStore("photos").getAll());
  return all.filter((one) => one.employee === employee);
}

export function dropPhoto(id: string): Promise<unknown> {
  return within(["photos"], "readwrite", (course) => course.objectStore("photos").delete(id));
}
