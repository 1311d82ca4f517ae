import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** One SVG sprite of the icons named in frontend/icons.json. */
function sprite(): Plugin {
  return {
    name: "sprite",
    generateBundle() {
      const names: string[] = JSON.parse(readFileSync("frontend/icons.json", "utf8"));
      const symbols = names.map((name) => {
        const svg = readFileSync(resolve("node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8");
        const inner = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
        return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").trim()}</symbol>`;
      });
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
      this.emitFile({ type: "asset", name: "icons.svg", originalFileName: "icons.svg", source });
    },
  };
}

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  plugins: [sprite()],
  build: {
    outDir: "src/kaoqin/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    // htmx can evaluate script in attributes; the page forbids it (allowEval: false, and the CSP), so the warning is noise.
    rollupOptions: { checks: { eval: false }, input: ["frontend/src/main.ts", "frontend/src/board.ts", "frontend/src/shift.ts"] },
  },
});
