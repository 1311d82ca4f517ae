// A way on a map: how it is told, and how it is played.
import type { Map } from "maplibre-gl";
import { dot } from "./map-mark";

export type Spot = [number, number];
export interface Line { steps: number[]; seconds: number[]; tone: string; dashed: boolean }
interface Way { spots: Spot[]; seconds: number[] }

/** The places of a line and when each was reached: its numbers are differences, in millionths of a degree and in seconds. */
export function wayOf({ steps, seconds }: Line): Way {
  const spots: Spot[] = [];
  let [east, north] = [0, 0];
  for (let n = 0; n < steps.length; n += 2) spots.push([(east += steps[n]) / 1e6, (north += steps[n + 1]) / 1e6]);
  let at = 0;
  return { spots, seconds: seconds.map((step) => (at += step)) };
}

/** Where somebody was at a second of the day: between two places as if they had walked straight. */
function spotAt({ spots, seconds }: Way, second: number): Spot {
  const next = seconds.findIndex((one) => one > second);
  if (next < 0) return spots.at(-1)!;
  if (next === 0) return spots[0];
  const share = (second - seconds[next - 1]) / (seconds[next] - seconds[next - 1]);
  const [from, to] = [spots[next - 1], spots[next]];
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

/** The player beside a map: a slider over the day, and a button that lets it run (the whole in 30 seconds). */
export function play(map: Map, player: HTMLElement, way: Way): void {
  const slider = player.querySelector<HTMLInputElement>("[data-slider]")!;
  const button = player.querySelector<HTMLButtonElement>("[data-run]")!;
  const clock = player.querySelector<HTMLElement>("[data-clock]")!;
  const [begin, end] = [way.seconds[0], way.seconds.at(-1)!];
  const here = dot("red").setLngLat(way.spots[0]).addTo(map);
  let last = 0;
  const showAt = (second: number): void => {
    here.setLngLat(spotAt(way, second));
    slider.value = String(second);
    clock.textContent = new Date(second * 1000).toISOString().slice(11, 16);
  };
  const run = (now: number): void => {
    if (button.getAttribute("aria-pressed") !== "true") return;
    const second = Math.min(end, slider.valueAsNumber + ((now - last) / 30_000) * (end - begin));
    last = now;
    showAt(second);
    if (second < end) requestAnimationFrame(run);
    else button.setAttribute("aria-pressed", "false");
  };
  Object.assign(slider, { min: String(begin), max: String(end), step: "any" });
  slider.addEventListener("input", () => showAt(slider.valueAsNumber));
  button.addEventListener("click", () => {
    const runs = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(runs));
    if (runs && slider.valueAsNumber >= end) showAt(begin);
    last = performance.now();
    if (runs) requestAnimationFrame(run);
  });
  showAt(begin);
  player.hidden = false;
}
