import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Helpers, Root } from "postcss";
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

/** Every rule for the dark look once more for pages that follow the system (`data-bs-theme="auto"`), when it is dark. */
const systemDark = {
  postcssPlugin: "system-dark",
  OnceExit(root: Root, { AtRule }: Helpers) {
    root.walkRules((rule) => {
      const dark = rule.selectors.filter((one) => /^(:root)?\[data-bs-theme=["']?dark["']?\]/.test(one.trim()));
      if (!dark.length || rule.selectors.includes(":root")) return;
      const again = rule.clone({ selectors: dark.map((one) => one.replace(/dark/, "auto")) });
      rule.after(new AtRule({ name: "media", params: "(prefers-color-scheme: dark)", nodes: [again] }));
    });
  },
};

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  css: { postcss: { plugins: [systemDark] } },
  plugins: [sprite()],
  build: {
    outDir: "src/kaoqin/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    // htmx can evaluate script in attributes; the page forbids it (allowEval: false, and the CSP), so the warning is noise.
    rollupOptions: { checks: { eval: false }, input: ["frontend/src/main.ts", "frontend/src/board.ts", "frontend/src/shift.ts", "frontend/src/rollcall.ts", "frontend/src/push.ts", "frontend/src/service-worker.ts", "frontend/src/ask.ts", "frontend/src/punch.ts", "frontend/src/place.ts", "frontend/src/map.ts", "frontend/src/track.ts", "frontend/src/visits.ts"] },
  },
});
