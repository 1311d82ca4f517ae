// Photos that wait to be sent, in IndexedDB: they go before the record that names them.
export interface Photo {
  id: string;
  employee: string;
  file: Blob;
}

function opened(): Promise<IDBDatabase> {
  return new Promise((good, bad) => {
    const asked = indexedDB.open("kaoqin-photos", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("photos", { keyPath: "id" });
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
}

async function within<T>(mode: IDBTransactionMode, what: (of: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  return new Promise<T>((good, bad) => {
    const course = database.transaction(["photos"], mode, { durability: "strict" });
    const asked = what(course.objectStore("photos"));
    course.oncomplete = () => good(asked.result);
    course.onerror = course.onabort = () => bad(course.error);
  }).finally(() => database.close());
}

export function keepPhoto(one: Photo): Promise<unknown> {
  return within("readwrite", (store) => store.put(one));
}

export async function photosOf(employee: string): Promise<Photo[]> {
  const all = await within<Photo[]>("readonly", (store) => store.getAll());
  return all.filter((one) => one.employee === employee);
}

export function dropPhoto(id: string): Promise<unknown> {
  return within("readwrite", (store) => store.delete(id));
}
