// Maps: what a page tells as a scene, upon tiles or a plain grid. A click sets the place of a form; a way can be played.
import "maplibre-gl/dist/maplibre-gl.css";
import * as maplibre from "maplibre-gl/dist/maplibre-gl-csp";
import worker from "maplibre-gl/dist/maplibre-gl-csp-worker?url";
import type { GeoJSONSource, LayerSpecification, Map, StyleSpecification } from "maplibre-gl";
import { dot, name, type Mark } from "./map-mark";
import { play, wayOf, type Line, type Spot } from "./map-way";

interface Area { ring: Spot[]; label: string; tone: string }
interface Scene { tiles: string[][]; deepest: number; owner: string; datum: string; areas: Area[]; spots: Mark[]; lines: Line[]; heat: [number, number, number][] }

const CHINA: [Spot, Spot] = [[97, 21], [124, 43]];
const NEAR = 15;
maplibre.setWorkerUrl(worker);

/** A colour of the look in a notation that the map reads: what it is once it is painted. */
function colour(tone: string): string {
  const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true })!;
  brush.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--tblr-${tone}`).trim() || "gray";
  brush.fillRect(0, 0, 1, 1);
  return `rgb(${[...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(",")})`;
}

function feature(type: string, coordinates: unknown, properties: object): GeoJSON.Feature {
  return { type: "Feature", geometry: { type, coordinates } as GeoJSON.Geometry, properties };
}

function together(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

/** What lies below: tiles, each layer of them upon the one before, or nothing. */
function styleOf(scene: Scene): StyleSpecification {
  const sources = scene.tiles.map((tiles, n) => [`tiles${n}`, { type: "raster", tiles, tileSize: 256, maxzoom: scene.deepest, attribution: n ? "" : scene.owner }]);
  const ground = { id: "ground", type: "background", paint: { "background-color": colour("bg-surface-secondary") } };
  const layers = scene.tiles.map((_, n) => ({ id: `tiles${n}`, type: "raster", source: `tiles${n}` }));
  return { version: 8, sources: Object.fromEntries(sources), layers: [ground, ...layers] } as StyleSpecification;
}

/** A round number: 1, 2 or 5 and noughts, not above another. */
function round(most: number): number {
  const ten = 10 ** Math.floor(Math.log10(most));
  return ten * (most / ten >= 5 ? 5 : most / ten >= 2 ? 2 : 1);
}

/** Lines of degrees as far apart as suits what is seen, where there are no tiles. */
function grid(map: Map): GeoJSON.FeatureCollection {
  const seen = map.getBounds();
  const step = round((seen.getEast() - seen.getWest()) / 3);
  const lines: GeoJSON.Feature[] = [];
  const low = Math.max(seen.getSouth(), -85);
  const high = Math.min(seen.getNorth(), 85);
  for (let east = Math.floor(seen.getWest() / step) * step; east <= seen.getEast(); east += step) lines.push(feature("LineString", [[east, low], [east, high]], {}));
  for (let north = Math.floor(low / step) * step; north <= high; north += step) lines.push(feature("LineString", [[seen.getWest(), north], [seen.getEast(), north]], {}));
  return together(lines);
}

function drawGrid(map: Map): void {
  map.addSource("grid", { type: "geojson", data: grid(map) });
  map.addLayer({ id: "grid", type: "line", source: "grid", paint: { "line-color": colour("border-color"), "line-width": 1 } });
  map.on("moveend", () => map.getSource<GeoJSONSource>("grid")!.setData(grid(map)));
}

function drawAreas(map: Map, areas: Area[]): void {
  const drawn = areas.map(({ ring, tone }) => feature("Polygon", [ring], { tone: colour(tone) }));
  map.addSource("areas", { type: "geojson", data: together(drawn) });
  map.addLayer({ id: "areas", type: "fill", source: "areas", paint: { "fill-color": ["get", "tone"], "fill-opacity": 0.15 } });
  map.addLayer({ id: "edges", type: "line", source: "areas", paint: { "line-color": ["get", "tone"], "line-width": 1.5 } });
}

function drawLines(map: Map, lines: Line[]): void {
  for (const dashed of [false, true]) {
    const layer = dashed ? "planned" : "ways";
    const drawn = lines.filter((line) => line.dashed === dashed).map((line) => feature("LineString", wayOf(line).spots, { tone: colour(line.tone) }));
    map.addSource(layer, { type: "geojson", data: together(drawn) });
    const paint = { "line-color": ["get", "tone"], "line-width": dashed ? 2 : 3.5, ...(dashed ? { "line-dasharray": [2, 2] } : {}) };
    map.addLayer({ id: layer, type: "line", source: layer, layout: { "line-join": "round", "line-cap": "round" }, paint } as LayerSpecification);
  }
}

function drawHeat(map: Map, heat: Scene["heat"]): void {
  const most = Math.max(1, ...heat.map(([, , weight]) => weight));
  const drawn = heat.map(([east, north, weight]) => feature("Point", [east, north], { weight: weight / most }));
  map.addSource("heat", { type: "geojson", data: together(drawn) });
  map.addLayer({ id: "heat", type: "heatmap", source: "heat", paint: { "heatmap-weight": ["get", "weight"], "heatmap-radius": 24, "heatmap-opacity": 0.7 } });
}

function show(map: Map, scene: Scene): void {
  if (!scene.tiles.length) drawGrid(map);
  drawAreas(map, scene.areas);
  drawHeat(map, scene.heat);
  drawLines(map, scene.lines);
  for (const { point, tone, label, link } of scene.spots) dot(tone, label, link).setLngLat(point).addTo(map);
  for (const { label, ring } of scene.areas) if (label) name(label).setLngLat(ring.reduce((one, other) => (other[1] > one[1] ? other : one))).addTo(map);
}

/** All that is shown, in view; all of China where there is nothing. */
function fit(map: Map, scene: Scene): void {
  const seen = new maplibre.LngLatBounds();
  const spots = [...scene.areas.flatMap((area) => area.ring), ...scene.spots.map((one) => one.point), ...scene.lines.flatMap((line) => wayOf(line).spots), ...scene.heat.map(([east, north]) => [east, north] as Spot)];
  for (const spot of spots) seen.extend(spot);
  map.fitBounds(spots.length ? seen : CHINA, { padding: 32, maxZoom: 17, animate: false });
}

/** A click puts the place into the form, in the datum of the tiles; what is typed moves the mark. */
function pick(map: Map, form: HTMLFormElement, datum: string): void {
  const field = (name: string): HTMLInputElement => form.elements.namedItem(name) as HTMLInputElement;
  const here = dot("red");
  const move = (): void => {
    const [east, north] = [field("longitude").valueAsNumber, field("latitude").valueAsNumber];
    if (field("datum").value === datum && Math.abs(east) <= 180 && Math.abs(north) <= 90) here.setLngLat([east, north]).addTo(map);
    else here.remove();
  };
  map.on("click", ({ lngLat }) => {
    for (const [name, value] of Object.entries({ latitude: lngLat.lat.toFixed(6), longitude: lngLat.wrap().lng.toFixed(6), datum })) field(name).value = value;
    move();
  });
  for (const name of ["latitude", "longitude", "datum"]) field(name).addEventListener("change", move);
  form.addEventListener("located", () => {
    move();
    if (field("datum").value === datum) map.jumpTo({ center: here.getLngLat(), zoom: Math.max(map.getZoom(), NEAR) });
  });
  move();
}

function open(frame: HTMLElement): void {
  const scene = JSON.parse(document.getElementById(frame.dataset.map!)!.textContent!) as Scene;
  const locale = JSON.parse(frame.dataset.said!) as Record<string, string>;
  const ground = frame.querySelector<HTMLElement>("[data-ground]")!;
  ground.hidden = false;
  const map = new maplibre.Map({ container: ground, style: styleOf(scene), locale, dragRotate: false, cooperativeGestures: true, attributionControl: { compact: true } });
  frame.querySelector("[data-instead]")?.remove();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  map.addControl(new maplibre.ScaleControl({}));
  fit(map, scene);
  map.on("load", () => {
    show(map, scene);
    const player = document.querySelector<HTMLElement>(`[data-play="${frame.dataset.map}"]`);
    const line = scene.lines.find((one) => one.seconds.length > 1);
    if (player && line) play(map, player, wayOf(line));
    frame.dataset.shown = "";
  });
  const form = frame.dataset.pick ? document.querySelector<HTMLFormElement>(frame.dataset.pick) : null;
  if (form) pick(map, form, scene.datum);
}

for (const frame of document.querySelectorAll<HTMLElement>("[data-map]")) {
  try {
    open(frame);
  } catch {
    // No WebGL here: the drawing of the server stays.
    frame.querySelector<HTMLElement>("[data-ground]")!.hidden = true;
  }
}
