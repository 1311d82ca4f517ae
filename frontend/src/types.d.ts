declare module "@alpinejs/csp" {
  const Alpine: { start(): void; data(name: string, make: () => object): void };
  export default Alpine;
}
declare module "@tabler/core/dist/js/tabler.esm.js";
declare module "*.css";
