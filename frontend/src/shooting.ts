// A photo of now, by the camera of this device and never from the gallery, as a small JPEG with its SHA-256.
import { open, whyClosed } from "./camera";

export interface Shot { id: string; sha256: string; file: Blob }

const MOST_BYTES = 200 * 1024;
const SIDES = [1280, 960, 640];
const QUALITIES = [0.85, 0.7, 0.5];

/** What the video shows now, as JPEG of at most 200 KB. */
export async function still(video: HTMLVideoElement): Promise<Blob> {
  const drawn = document.createElement("canvas");
  let made: Blob | null = null;
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(video.videoWidth, video.videoHeight));
    [drawn.width, drawn.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
    drawn.getContext("2d")!.drawImage(video, 0, 0, drawn.width, drawn.height);
    for (const quality of QUALITIES) {
      made = await new Promise((good) => drawn.toBlob(good, "image/jpeg", quality));
      if (made && made.size <= MOST_BYTES) return made;
    }
  }
  throw new Error(`${made?.size ?? 0} bytes`);
}

async function signable(file: Blob): Promise<Shot> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { id: crypto.randomUUID(), sha256, file };
}

/** Ask for a photo in a dialog with `[data-film]`, `[data-shoot]`, `[data-turn]` and `[data-shoot-said]`: the photo, null where whoever
 * is asked goes on without one, undefined where the dialog was closed. */
export async function shoot(box: HTMLDialogElement, said: Record<string, string>): Promise<Shot | null | undefined> {
  const video = box.querySelector<HTMLVideoElement>("[data-film]")!;
  const shutter = box.querySelector<HTMLButtonElement>("[data-shoot]")!;
  const tell = box.querySelector<HTMLElement>("[data-shoot-said]")!;
  let [side, close]: ["user" | "environment", () => void] = ["user", () => undefined];
  let shot: Shot | undefined;
  const show = async (): Promise<void> => {
    shutter.disabled = true;
    close();
    try {
      close = await open(video, side);
      if (!box.open) close();
      [shutter.disabled, tell.textContent] = [false, ""];
    } catch (fault) {
      tell.textContent = whyClosed(fault, said);
    }
  };
  const turn = (): void => {
    side = side === "user" ? "environment" : "user";
    void show();
  };
  const take = async (): Promise<void> => {
    shutter.disabled = true;
    shot = await signable(await still(video));
    box.close("shot");
  };
  const press = (): void => void take();
  const turner = box.querySelector<HTMLElement>("[data-turn]")!;
  turner.addEventListener("click", turn);
  shutter.addEventListener("click", press);
  box.returnValue = "";
  box.showModal();
  void show();
  await new Promise((good) => box.addEventListener("close", good, { once: true }));
  turner.removeEventListener("click", turn);
  shutter.removeEventListener("click", press);
  close();
  return shot ?? (box.returnValue === "without" ? null : undefined);
}
