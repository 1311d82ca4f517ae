// Points that wait to be sent, in IndexedDB, as the batches they will be sent as.
import { database } from "./store";

export interface Batch { batch: string; employee: string; phone: number; points: [number, number, number, number][] }

const within = database("kaoqin-track", 1, (base) => base.createObjectStore("batches", { keyPath: "batch" }));

export function keepBatch(one: Batch): Promise<unknown> {
  return within(["batches"], "readwrite", (course) => course.objectStore("batches").put(one));
}

export async function batchesOf(employee: string): Promise<Batch[]> {
  const all = await within<Batch[]>(["batches"], "readonly", (course) => course.objectStore("batches").getAll());
  return all.filter((one) => one.employee === employee);
}

export function dropBatch(batch: string): Promise<unknown> {
  return within(["batches"], "readwrite", (course) => course.objectStore("batches").delete(batch));
}
