// The page in a browser against a real engine, through the gateway. Run by `client/web/run page`.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe } from "node:test";
import { launch } from "../support/browser.mjs";
import { checkOn, textOn } from "../support/check.mjs";
import { Engine, TARGET } from "../support/engine.mjs";
import { Proxy } from "../support/proxy.mjs";

const FOLDER = `/tmp/pe-web-page.${process.pid}`;
const GOOD = `
name: page-test
version: 1.2.3
steps:
  - {id: folder, directory: {path: ${FOLDER}}}
  - {id: file, file: {path: ${FOLDER}/file, content: "hello from the page\\n"}}
acceptance: [{file: {path: ${FOLDER}/file, contains: hello}}]
`;
const FAILING = { name: "failing", steps: [
  { id: "first", exec: { argv: ["/bin/true"] } },
  { id: "wrong", exec: { shell: true, command: "echo one; echo two; echo this is why >&2; exit 7" } },
  { id: "never", exec: { argv: ["/bin/true"] } },
] };
const slow = (seconds) => ({ name: "slow", steps: [
  { id: "talk", exec: { shell: true, command: `for i in $(seq 1 ${seconds * 5}); do echo line $i; sleep 0.2; done` } },
  { id: "after", exec: { argv: ["/bin/true"] } },
] });

const engine = new Engine();
let browser, context, page;
const complaints = [];

async function open(path = "/") {
  await page.goto(engine.link(path));
  await page.waitForSelector("main .card, main .empty");
}
const verdict = () => page.getByTestId("verdict").innerText();
const text = textOn(() => page);

const check = checkOn(() => page);

before(async () => {
  await engine.start();
  await engine.register();
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|TypeError/.test(message.text())) complaints.push(message.text());
  });
});
after(async () => {
  await browser?.close();
  await engine.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

describe("the page", { concurrency: false }, () => {
  check("asks for the token when there is none, and takes it", async () => {
    const other = await (await browser.newContext()).newPage();
    await other.goto(engine.url);
    await other.getByLabel("Token").fill(engine.token);
    await other.getByRole("button", { name: "Continue" }).click();
    await other.getByText("No job yet").waitFor();
    await other.context().close();
  });

  check("takes the token out of the address", async () => {
    await open("/");
    assert.equal(new URL(page.url()).hash, "");
  });

  check("says which field of a spec is wrong", async () => {
    await open("/apply");
    await page.getByLabel("Spec, YAML or JSON").fill(GOOD.replace(`path: ${FOLDER}/file, c`, "path: not-absolute, c"));
    await page.getByLabel("Hosts", { exact: true }).fill(TARGET);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByTestId("violations").waitFor();
    assert.match(await page.getByTestId("violations").innerText(), /spec\.steps\[1\]\.file\.path/);
  });

  check("says where YAML cannot be read", async () => {
    await page.getByLabel("Spec, YAML or JSON").fill("name: x\nsteps: [\n");
    await page.getByRole("button", { name: "Check" }).click();
    await text("Line 3, column 1");
  });

  check("shows the plan's differences, then applies", async () => {
    await page.getByLabel("Spec, YAML or JSON").fill(GOOD);
    await page.getByRole("button", { name: "Check" }).click();
    await text("Valid: 1 host");
    await page.getByRole("button", { name: "Show the plan" }).click();
    await text("+hello from the page");
    assert.match(await page.getByTestId("plan").innerText(), /would change on 1 host/);
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.waitForURL(/\/jobs\//);
    await text("The host is ready");
    const name = new URL(page.url()).pathname.slice(1);
    const job = await engine.ended(name);
    assert.equal(job.state, "SUCCEEDED");
    assert.equal(await page.getByTestId("seq").innerText(), job.lastSeq);
    const marks = await page.locator("[data-stage]").evaluateAll((cells) => cells.map((cell) => [cell.dataset.stage, cell.dataset.mark]));
    assert.deepEqual(Object.fromEntries(marks), { reach: "unchanged", os: "none", libraries: "none", security: "none", monitoring: "none", service: "changed", acceptance: "unchanged" });
  });

  check("shows the first failure with its last lines on the first screen, and retries it", async () => {
    const { name } = await engine.provision(FAILING);
    await engine.ended(name);
    await open("/");
    const failure = page.getByTestId("failure");
    await failure.waitFor();
    assert.match(await failure.innerText(), /wrong[\s\S]*exit code 7[\s\S]*this is why/);
    assert.match(await verdict(), /1 failed at wrong/);
    await failure.getByRole("button", { name: "Retry" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/jobs/") && !url.pathname.endsWith(name));
    await text(`of ${name}`);
    await text("1 failed at wrong");
  });

  check("shows events, logs, the timeline, the graph and the spec of a job, by link", async () => {
    const { jobs } = await engine.call("/v1/jobs");
    const failed = jobs.find((job) => job.service === "failing");
    await open(`/${failed.name}?view=events`);
    await text(`${failed.lastSeq} events`);
    await page.getByRole("button", { name: "Errors only" }).click();
    await page.waitForURL(/errors=1/);
    assert.ok(Number((await page.getByTestId("event-count").innerText()).split(" ")[0]) < Number(failed.lastSeq));
    await page.reload();
    await page.getByTestId("event-count").waitFor();
    assert.equal(await page.getByRole("button", { name: "Errors only" }).getAttribute("aria-pressed"), "true");
    await open(`/${failed.name}?view=logs`);
    await text("this is why");
    await open(`/${failed.name}?view=timeline`);
    assert.equal(await page.locator(".gantt .track i.failed").count(), 1);
    await open(`/${failed.name}?view=graph`);
    assert.equal(await page.locator(".graph .node").count(), 3);
    await open(`/${failed.name}?view=spec`);
    await text("echo this is why");
  });

  check("goes back to any sequence of a job that has ended", async () => {
    const { jobs } = await engine.call("/v1/jobs");
    const failed = jobs.find((job) => job.service === "failing");
    for (const seq of [1, 6, Number(failed.lastSeq) - 1]) {
      await open(`/${failed.name}?seq=${seq}`);
      await text(`event ${seq} of ${failed.lastSeq}`);
      await page.waitForFunction((wanted) => document.querySelector('[data-testid="seq"]').textContent === wanted, String(seq));
      assert.doesNotMatch(await verdict(), /ended/);
    }
    await page.getByRole("button", { name: "Back to the end" }).click();
    await text("ended in");
  });

  check("goes on without a gap over cut connections", async () => {
    const proxy = new Proxy();
    await proxy.start(engine.port);
    try {
      const { name } = await engine.provision(slow(6));
      await page.goto(`${proxy.url}/${name}#token=${engine.token}`);
      for (let i = 0; i < 3; ++i) {
        await page.locator(".life.live").waitFor();
        await text("last event");
        const before = Number((await engine.job(name)).lastSeq);
        proxy.cut();
        await page.locator(".life.reconnecting").waitFor();
        while (Number((await engine.job(name)).lastSeq) <= before + 1) await new Promise((resolve) => setTimeout(resolve, 50));
        proxy.mend();
      }
      await text("The host is ready");
      const job = await engine.ended(name);
      assert.equal(await page.getByTestId("seq").innerText(), job.lastSeq);
      await page.getByRole("link", { name: "Events" }).click();
      await text(`${job.lastSeq} events`);
      assert.deepEqual(await page.locator(".life.reconnecting, main [role=alert]").count(), 0);
    } finally {
      proxy.close();
    }
  });

  check("asks for the new token when the engine is killed and comes back, and goes on", async () => {
    const { name } = await engine.provision(slow(4));
    await open(`/${name}`);
    await page.locator(".life.live").waitFor();
    await engine.kill();
    await page.locator(".life.reconnecting").waitFor();
    await engine.start();
    await page.getByLabel("Token").fill(engine.token);
    await page.getByRole("button", { name: "Continue" }).click();
    const job = await engine.ended(name);
    await page.waitForFunction((seq) => document.querySelector('[data-testid="seq"]')?.textContent === seq, job.lastSeq);
    assert.match(await verdict(), job.state === "SUCCEEDED" ? /ready in/ : /failed/);
  });

  check("cancels, when asked twice", async () => {
    const { name } = await engine.provision(slow(60));
    await open(`/${name}`);
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await engine.job(name)).cancelRequested, undefined);
    await page.getByRole("button", { name: "Really cancel" }).click();
    await text("the job was cancelled");
    assert.equal((await engine.ended(name)).state, "CANCELLED");
  });

  check("is worked by keys", async () => {
    await open("/");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("j");
    await page.waitForURL(/\/jobs$/);
    await page.locator("[data-row]").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/jobs\//);
    await page.getByTestId("verdict").waitFor();
    await page.keyboard.press("4");
    await page.waitForURL(/view=events/);
    await page.keyboard.press("t");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
    await page.keyboard.press("t");
    await page.keyboard.press("t");
  });

  check("complained of nothing: no script error, nothing against the content security policy", () => {
    assert.deepEqual(complaints, []);
  });
});
