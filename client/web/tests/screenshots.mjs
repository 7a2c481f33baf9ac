// Pictures of the page at several sizes, for a designer's eye. usage: screenshots.mjs PAGE_FOLDER OUT_FOLDER
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./support/browser.mjs";
import { foldAll } from "./support/fold.mjs";
import { inWaves, MadeJob, midway } from "./support/made-job.mjs";
import { serve } from "./support/replay-server.mjs";

const [folder, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await launch();

function worldOf(job, state) {
  const summary = { ...state, name: job.name };
  return {
    jobs: () => [summary], job: () => state, log: () => job,
    resources: () => (state.targets ?? []).slice(0, 60).map((target, i) => ({ name: target.resource, address: target.address, state: ["READY", "PROVISIONING", "FAILED"][i % 3], environment: "environments/prod", labels: { role: "web" }, facts: target.facts })),
    resource: (name) => ({ name, address: "ssh://root@10.0.0.7", state: "FAILED", environment: "environments/prod", labels: { role: "web", zone: "a" }, lastJob: job.name, offeredHostKey: "SHA256:9aZkq0x", createTime: "2026-01-01T00:00:00Z", facts: state.targets[0].facts }),
  };
}

const done = new MadeJob({ hosts: 40 });
for (let i = 0; i < 40; ++i) done.run(i, undefined, 3);
done.finish("SUCCEEDED");
const failed = new MadeJob({ hosts: 40, fail: [6, 21] });
for (let i = 0; i < 40; ++i) failed.run(i, undefined, 3);
failed.finish("FAILED");
const recent = Date.now() - 60_000;
const jobs = { one: midway(1, recent), forty: midway(40, recent), "two-thousand": midway(2000, recent), waves: inWaves(40, recent), "two-thousand-waves": inWaves(2000, recent), failed, done };
const shots = [
  ["one", "/"], ["forty", "/"], ["forty", "/?host=6"], ["two-thousand", "/"], ["waves", "/"], ["two-thousand-waves", "/"], ["failed", "/"], ["done", "/"], ["failed", "/?view=timeline"], ["forty", "/?view=graph&host=3"],
  ["failed", "/?view=events"], ["failed", "/?view=logs"], ["forty", "/jobs"], ["forty", "/resources"], ["forty", "/resources/web-07"], ["forty", "/environments"], ["forty", "/system"], ["forty", "/apply"], ["done", "/?view=spec"],
];
for (const [name, path] of shots) {
  const job = jobs[name];
  const server = await serve(folder, worldOf(job, foldAll(job.events)));
  for (const [size, viewport] of Object.entries({ wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } })) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await browser.newPage({ viewport, colorScheme });
      page.on("pageerror", (error) => console.error(`${name} ${path}: ${error}`));
      page.on("console", (message) => { if (message.type() === "error") console.error(`${name} ${path}: ${message.text()}`); });
      await page.goto(server.url + path);
      await page.waitForSelector("main .card");
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(out, `${name}${path.replace(/[^a-z0-9]+/gi, "-").replace(/-$/, "")}-${size}-${colorScheme}.png`) });
      await page.close();
    }
  }
  server.close();
}
await browser.close();
