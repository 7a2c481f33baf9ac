// axe on the page as it is: nothing may be found in light and dark, on a wide screen and on a phone's. The page's policy
// forbids, rightly, to run what this brings along: its context needs bypassCSP.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const AXE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

export async function axe(page, where) {
  await page.evaluate(AXE);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(viewport);
      const found = await page.evaluate(async () => (await globalThis.axe.run(document)).violations.map(({ id, nodes }) => ({ id, html: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)) })));
      assert.deepEqual(found, [], `${where}, ${colorScheme}, ${viewport.width} wide`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}
