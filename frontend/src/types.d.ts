declare module "@tabler/core/dist/js/tabler.esm.js";
declare module "*.css";
