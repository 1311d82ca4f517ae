// A database of the browser: something is done with its stores in one transaction, and is done when it is on the disk.
export type Within = <T>(stores: string[], mode: IDBTransactionMode, what: (of: IDBTransaction) => IDBRequest<T>) => Promise<T>;

function opened(name: string, version: number, upgrade: (of: IDBDatabase, from: number) => void): Promise<IDBDatabase> {
  return new Promise((good, bad) => {
    const asked = indexedDB.open(name, version);
    asked.onupgradeneeded = ({ oldVersion }) => upgrade(asked.result, oldVersion);
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
}

export function database(name: string, version: number, upgrade: (of: IDBDatabase, from: number) => void): Within {
  return async <T>(stores: string[], mode: IDBTransactionMode, what: (of: IDBTransaction) => IDBRequest<T>) => {
    const base = await opened(name, version, upgrade);
    return new Promise<T>((good, bad) => {
      const course = base.transaction(stores, mode, { durability: "strict" });
      const asked = what(course);
      course.oncomplete = () => good(asked.result);
      course.onerror = course.onabort = () => bad(course.error);
    }).finally(() => base.close());
  };
}
