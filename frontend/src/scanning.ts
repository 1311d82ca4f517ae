// Reading a code with the camera: by the browser itself where it can, else by a library that is loaded only then.
import { open } from "./camera";

type Read = (from: HTMLVideoElement) => Promise<string>;
interface Detector { detect(from: HTMLVideoElement): Promise<{ rawValue: string }[]> }
type DetectorClass = { new (told: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };
const EVERY_MS = 200;

async function reader(): Promise<Read> {
  const known = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (known && (await known.getSupportedFormats()).includes("qr_code")) {
    const detector = new known({ formats: ["qr_code"] });
    return async (from) => (await detector.detect(from))[0]?.rawValue ?? "";
  }
  const { default: read } = await import("jsqr");
  const drawn = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  return async (from) => {
    [drawn.canvas.width, drawn.canvas.height] = [from.videoWidth, from.videoHeight];
    drawn.drawImage(from, 0, 0);
    const { data, width, height } = drawn.getImageData(0, 0, from.videoWidth, from.videoHeight);
    return read(data, width, height)?.data ?? "";
  };
}

/** Scan until something is read; empty when `stopped`. Raises where there is no camera, or it is not allowed. */
export async function scan(video: HTMLVideoElement, stopped: AbortSignal): Promise<string> {
  const close = await open(video, "environment");
  try {
    const read = await reader();
    while (!stopped.aborted) {
      const found = video.videoWidth ? await read(video) : "";
      if (found) return found;
      await new Promise((good) => setTimeout(good, EVERY_MS));
    }
    return "";
  } finally {
    close();
  }
}
