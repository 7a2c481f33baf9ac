// Accessibility: axe finds nothing on any view, in both themes and at both widths.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { launch } from "../support/browser.mjs";
import { Engine } from "../support/engine.mjs";

const AXE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const engine = new Engine();
let browser, job;

before(async () => {
  await engine.start();
  browser = await launch();
  ({ name: job } = await engine.provision({ name: "failing", steps: [
    { id: "file", file: { path: "/tmp/pe-web-axe", content: "hello\n", state: "PRESENT" } },
    { id: "wrong", exec: { shell: true, command: "echo why; exit 7" } },
  ] }));
  await engine.ended(job);
});
after(async () => {
  await browser?.close();
  await engine.close();
});

const VIEWS = ["", "?view=timeline", "?view=graph", "?view=events", "?view=logs", "?view=diff", "?view=spec", "?host=0", "/jobs", "/resources", "/resources/local", "/environments", "/system", "/apply"];

describe("axe", { concurrency: false }, () => {
  for (const view of VIEWS) {
    it(view || "grid", async () => {
      // The policy forbids the page, rightly, to run what the test brings along.
      const context = await browser.newContext({ bypassCSP: true, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto(engine.link(view.startsWith("/") ? view : `/${job}${view}`));
      await page.waitForSelector("main .card");
      await page.waitForFunction(() => !document.querySelector("main .empty[role=status]"));
      await page.evaluate(AXE);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
          await page.setViewportSize(viewport);
          const found = await page.evaluate(async () => (await globalThis.axe.run(document)).violations.map(({ id, nodes }) => ({ id, html: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)) })));
          assert.deepEqual(found, [], `${colorScheme}, ${viewport.width} wide`);
        }
      }
      await context.close();
    });
  }
});
