// The camera of this device: opened and closed, and why it cannot be, in a sentence of the page.

/** Show what the camera sees; gives what closes it. Raises where there is no camera, or nobody may use it. */
export async function open(video: HTMLVideoElement, side: "environment" | "user"): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: side } });
  const close = (): void => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  try {
    video.srcObject = stream;
    await video.play();
  } catch (fault) {
    close();
    throw fault;
  }
  return close;
}

/** Why the camera could not be opened, for people: it was denied, there is none, or something else has it. */
export function whyClosed(fault: unknown, said: Record<string, string>): string {
  const name = fault instanceof DOMException ? fault.name : "";
  if (name === "NotAllowedError") return said.cameraDenied;
  return name === "NotFoundError" ? said.cameraNone : said.cameraFailed;
}
