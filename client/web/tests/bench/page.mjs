// What the page costs in Chromium: prints a table, fails for nothing but a lost event. usage: page.mjs PAGE_FOLDER
//
// The jobs are made up and come from a server in this process, so that the page is measured and not the engine: 2,000 hosts, 1,000
// events a second, 100,000 events. First paint is taken from the real program when PE_BUILD names it.
import { cpus } from "node:os";
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

// 1,000 events a second for `seconds`, while frames are counted.
async function stream(hosts, seconds) {
  const job = new MadeJob({ hosts, start: Date.now() });
  for (let i = 0; i < hosts; ++i) job.begin(i);
  const state = foldAll(job.events);
  const server = await serve(folder, world(job, state));
  const page = await open(`${server.url}/${job.name}`);
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length > 0);
  await page.evaluate(() => {
    globalThis.frames = [];
    let last = performance.now();
    const tick = (at) => { globalThis.frames.push(at - last); last = at; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
  });
  const before = job.events.length;
  let n = 0;
  const began = Date.now();
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(seconds * 1000, Date.now() - began);
      for (; job.events.length - before < due; ++n) {
        const host = n % hosts;
        const step = Math.floor(n / hosts / 3) % STEPS;
        const phase = Math.floor(n / hosts) % 3;
        job.time = Date.now();
        if (phase === 0 && Math.floor(n / hosts / 3) < STEPS) job.startStep(host, step);
        else job.print(host, step, `line ${n}\n`);
      }
      job.flush();
      if (due >= seconds * 1000) { clearInterval(timer); resolve(); }
    }, 10);
  });
  await page.waitForFunction((seq) => document.querySelector('[data-testid="seq"]').textContent === seq, String(job.events.length), { timeout: 60_000 });
  const frames = await page.evaluate(() => globalThis.frames.slice(5));
  const late = frames.filter((ms) => ms > 25).length;
  row(`${hosts} hosts, ${job.events.length - before} events in ${seconds} s: frames`, `${frames.length}, ${late} later than 25 ms, longest ${Math.max(...frames).toFixed(0)} ms`, "none late");
  row(`${hosts} hosts: events lost`, String(job.events.length - Number(await page.getByTestId("seq").innerText())), "0");
  await page.context().close();
  server.close();
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
await stream(40, 5);
await stream(2000, 5);
await browser.close();
console.log(`${cpus().length} x ${cpus()[0].model}, headless Chromium without a GPU\n\n| What | Figure | Budget |\n|---|---|---|\n${rows.join("\n")}`);
if (rows.some((line) => /events lost \| (?!0 )/.test(line))) process.exit(1);
