// Built from build/web, where src, page and tests are links into client/web (see run): links are not followed, so that
// packages are found beside them.
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: resolve("page"),
  resolve: { preserveSymlinks: true, alias: { "@gen": resolve("gen/provision/v1"), "/src": resolve("src") } },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2020",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy allows no data: URLs
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { root: resolve("."), include: ["tests/unit/**/*.test.ts"], environment: "node" },
});
