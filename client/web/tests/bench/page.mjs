// What the page costs in Chromium: prints a table, fails for no figure. usage: page.mjs PAGE_FOLDER
//
// The jobs are made up and come from a server in this process, so that the page is measured and not the engine: 2,000 hosts, 1,000
// events a second, 100,000 events. First paint is taken from the real program when PE_BUILD names it.
import { cpus } from "node:os";
import { probe, unwatched } from "./frames.mjs";
import { launch } from "../support/browser.mjs";
import { Engine } from "../support/engine.mjs";
import { foldAll } from "../support/fold.mjs";
import { MadeJob, midway, STEPS } from "../support/made-job.mjs";
import { serve } from "../support/replay-server.mjs";

const folder = process.argv[2];
const rows = [];
const row = (what, figure, budget) => rows.push(`| ${what} | ${figure} | ${budget} |`);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await launch();

function world(job, state) {
  return { jobs: () => [{ ...state, spec: undefined, targets: [] }], job: () => state, log: () => job, resources: () => [], resource: () => ({}) };
}
async function open(url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "commit" });
  return page;
}

async function firstPaint() {
  if (!process.env.PE_BUILD) return;
  const engine = new Engine();
  await engine.start();
  const times = [];
  for (let i = 0; i < 7; ++i) {
    const page = await open(engine.link());
    await page.waitForSelector("main");
    times.push(await page.evaluate(() => new Promise((resolve) => {
      const look = () => { const paint = performance.getEntriesByName("first-contentful-paint")[0]; if (paint) resolve(paint.startTime); else requestAnimationFrame(look); };
      look();
    })));
    await page.context().close();
  }
  await engine.close();
  row("first contentful paint, from the real gateway, empty cache, median of 7", `${median(times).toFixed(0)} ms`, "300 ms");
}

// `rate` events a second for `seconds`, in which frames are counted. A rate of 0 is the control: the same page on this machine when
// nothing happens.
async function stream(hosts, rate, seconds) {
  const job = new MadeJob({ hosts, start: Date.now() });
  for (let i = 0; i < hosts; ++i) job.begin(i);
  const before = job.events.length;
  const state = foldAll(job.events);
  let onReport;
  const report = new Promise((resolve) => { onReport = resolve; });
  const server = await serve(folder, world(job, state), { probe: probe(seconds), onReport });
  const began = Date.now();
  const timer = setInterval(() => {
    job.time = Date.now();
    for (let n = job.events.length - before; n < ((job.time - began) / 1000) * rate; ++n) oneMore(job, hosts, n);
    job.flush();
  }, 10);
  const { gaps, seq } = await unwatched(`${server.url}/${job.name}`, report);
  clearInterval(timer);
  server.close();
  const late = gaps.filter((ms) => ms > 25).length;
  const behind = rate === 0 ? "" : `; it showed event ${seq} of ${job.events.length}`;
  row(`${hosts} hosts, ${rate} events a second for ${seconds} s: frames`, `${gaps.length}, ${late} later than 25 ms, longest ${Math.max(...gaps).toFixed(0)} ms${behind}`, rate === 0 ? "–" : "none late");
}

// Over all hosts in turn, steps begin, print, tell how far they are and end: of eight events three change a row of the grid.
function oneMore(job, hosts, n) {
  const host = n % hosts;
  const round = Math.floor(n / hosts);
  const step = Math.floor(round / 8) % (STEPS - 1); // the last one would end the host
  if (round % 8 === 0) job.startStep(host, step);
  else if (round % 8 === 4) job.progress(host, step, `${n} done`);
  else if (round % 8 === 7) job.endStep(host, step);
  else job.print(host, step, `line ${n}\n`);
}

async function bigJob() {
  const job = new MadeJob({ hosts: 100, fail: [42] });
  for (let i = 0; i < 100; ++i) job.run(i, undefined, 123);
  while (job.events.length < 99_999) job.print(0, 0, "more\n");
  job.finish("FAILED");
  const server = await serve(folder, world(job, foldAll(job.events)));
  for (const [what, path, done] of [
    ["first screen with verdict and grid", "", () => document.querySelector('[data-testid="verdict"]') && document.querySelectorAll("[data-row]").length > 0],
    ["every event loaded and listed", "?view=events", () => document.querySelector('[data-testid="event-count"]')?.textContent === "100000 events"],
    ["as it was at event 50,000", "?seq=50000", () => document.querySelector('[data-testid="seq"]')?.textContent === "50000"],
  ]) {
    const times = [];
    for (let i = 0; i < 5; ++i) {
      const page = await open(`${server.url}/${job.name}${path}`);
      await page.waitForFunction(done, undefined, { timeout: 60_000 });
      times.push(await page.evaluate(() => performance.now()));
      await page.context().close();
    }
    row(`job of ${job.events.length} events: ${what}, median of 5`, `${median(times).toFixed(0)} ms`, "1000 ms");
  }
  server.close();
}

async function manyHosts() {
  const job = midway(2000, Date.now() - 60_000);
  const server = await serve(folder, world(job, foldAll(job.events)));
  const times = [];
  for (let i = 0; i < 5; ++i) {
    const page = await open(`${server.url}/${job.name}`);
    await page.waitForFunction(() => document.querySelectorAll("[data-row]").length > 0);
    times.push(await page.evaluate(() => performance.now()));
    await page.context().close();
  }
  row("2,000 hosts: grid and map shown, median of 5", `${median(times).toFixed(0)} ms`, "–");
  server.close();
}

await firstPaint();
await manyHosts();
await bigJob();
for (const hosts of [40, 2000]) {
  for (const rate of [0, 1000]) await stream(hosts, rate, 10);
}
await browser.close();
console.log(`${cpus().length} x ${cpus()[0].model}, headless Chromium without a GPU\n\n| What | Figure | Budget |\n|---|---|---|\n${rows.join("\n")}`);
