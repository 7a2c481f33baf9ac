// Accessibility: axe finds nothing on any view, in both themes and at both widths.
import { after, before, describe, it } from "node:test";
import { axe } from "../support/axe.mjs";
import { launch } from "../support/browser.mjs";
import { Engine } from "../support/engine.mjs";

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
      const context = await browser.newContext({ bypassCSP: true });
      const page = await context.newPage();
      await page.goto(engine.link(view.startsWith("/") ? view : `/${job}${view}`));
      await page.waitForSelector("main .card");
      await page.waitForFunction(() => !document.querySelector("main .empty[role=status]"));
      await axe(page, view);
      await context.close();
    });
  }
});
