import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Helpers, Root } from "postcss";
import { build, defineConfig, type Plugin } from "vite";

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

/** Each text once more, compressed, beside itself: the server sends what the browser takes. */
function compressed(): Plugin {
  return {
    name: "compressed",
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((one) => /\.(js|css|svg)$/.test(one))) {
        const text = readFileSync(resolve(dir!, name));
        writeFileSync(resolve(dir!, `${name}.gz`), gzipSync(text, { level: 9 }));
        writeFileSync(resolve(dir!, `${name}.br`), brotliCompressSync(text));
      }
    },
  };
}

/** The service worker is one classic script: with what it imports, and by a name that stays. */
function worker(): Plugin {
  return {
    name: "worker",
    async closeBundle() {
      const output = { format: "iife" as const, entryFileNames: "worker.js" };
      await build({
        configFile: false,
        publicDir: false,
        logLevel: "warn",
        build: { outDir: "src/kaoqin/static/dist", emptyOutDir: false, rollupOptions: { input: "frontend/src/service-worker.ts", output } },
      });
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
  plugins: [sprite(), compressed(), worker()],
  build: {
    outDir: "src/kaoqin/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    // The map is a megabyte, and is loaded by pages with a map only.
    chunkSizeWarningLimit: 1000,
    // htmx can evaluate script in attributes; the page forbids it (allowEval: false, and the CSP), so the warning is noise.
    rollupOptions: { checks: { eval: false }, input: ["frontend/src/main.ts", "frontend/src/board.ts", "frontend/src/shift.ts", "frontend/src/rollcall.ts", "frontend/src/push.ts", "frontend/src/ask.ts", "frontend/src/punch.ts", "frontend/src/place.ts", "frontend/src/screen.ts", "frontend/src/kiosk.ts", "frontend/src/kiosk-bind.ts", "frontend/src/map.ts", "frontend/src/track.ts", "frontend/src/visits.ts"] },
  },
});
