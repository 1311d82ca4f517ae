declare module "@tabler/core/dist/js/tabler.esm.js";
declare module "*.css";
declare module "maplibre-gl/dist/maplibre-gl-csp" {
  export * from "maplibre-gl";
}
declare module "*?url" {
  const address: string;
  export default address;
}
