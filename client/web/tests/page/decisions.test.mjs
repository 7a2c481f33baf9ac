// What only a person can say: approve, reject, pause, resume; and the waves that a rollout goes in. In a browser against a real
// engine, whose hosts are folders of this machine.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { axe } from "../support/axe.mjs";
import { launch } from "../support/browser.mjs";
import { checkOn, textOn } from "../support/check.mjs";
import { Engine } from "../support/engine.mjs";

const HOSTS = mkdtempSync(join(tmpdir(), "pe-web-hosts."));
const engine = new Engine();
let browser, page;

function makeHost(name) {
  for (const folder of ["etc", "usr/bin", "var/lib", "tmp", "run", "proc", "sys", "dev"]) mkdirSync(join(HOSTS, name, folder), { recursive: true });
  writeFileSync(join(HOSTS, name, "etc/os-release"), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n');
  return { inline: { address: `rootfs://${join(HOSTS, name)}` } };
}
const specOf = (text) => ({ name: "decided", version: "1", steps: [{ id: "page", file: { path: "/page", content: text } }] });
const provision = (hosts, text, more) => engine.call("/v1/jobs", { spec: specOf(text), targets: hosts.map(makeHost), ...more });
const written = (host) => readFileSync(join(HOSTS, host, "page"), "utf8");

const check = checkOn(() => page);
async function open(path) {
  await page.goto(engine.link(path));
  await page.waitForSelector("main .card");
}
const text = textOn(() => page);
const button = (name) => page.getByRole("button", { name, exact: true });
const verdict = async () => (await page.getByTestId("verdict").innerText()).replace(/\u00a0/g, " ");
const waves = () => page.locator("[data-wave]").allInnerTexts();

before(async () => {
  await engine.start();
  browser = await launch();
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true })).newPage();
  page.setDefaultTimeout(8000);
});
after(async () => {
  await browser?.close();
  await engine.close();
  rmSync(HOSTS, { recursive: true, force: true });
});

describe("decisions", { concurrency: false }, () => {
  check("a job of prod waits, says so, and runs when it is approved", async () => {
    const { name } = await provision(["a"], "approved", { environment: "environments/prod" });
    await open(`/${name}`);
    assert.match(await verdict(), /waiting for approval/);
    assert.match(await page.getByTestId("holdups").innerText(), /The job waits for you/);
    await axe(page, "awaiting approval");
    await page.getByLabel("Comment, optional").fill("looked at it");
    await button("Approve").click();
    await text("The host is ready");
    assert.match(await page.getByTestId("decided").innerText(), /^Approved by .+: looked at it$/);
    assert.equal(await page.getByTestId("approval").count(), 0);
    assert.equal(written("a"), "approved");
  });
  check("a rejected one ends, and its host is as it was", async () => {
    const { name } = await provision(["b"], "never", { environment: "environments/prod" });
    await open(`/${name}`);
    await button("Reject").click();
    assert.equal((await engine.job(name)).state, "AWAITING_APPROVAL", "it is asked once more");
    await button("Really reject").click();
    await page.waitForFunction(() => document.querySelector('[data-testid="decided"]')?.textContent.startsWith("Rejected by"));
    await engine.ended(name);
    assert.equal((await engine.job(name)).state, "CANCELLED");
    assert.throws(() => written("b"), /ENOENT/);
  });
  check("waves have heads, and a person lets the job go on", async () => {
    const rollout = { canary: { count: 1 }, pauseAfterCanary: true };
    const { name } = await provision(["w1", "w2", "w3"], "waves", { rollout });
    await open(`/${name}`);
    await text("the canary is through");
    assert.match(await verdict(), /1 of 3 hosts ready, paused/);
    const [canary, second] = await waves();
    assert.match(canary, /canary, wave 1 of 2\s*1 of 1 ready/);
    assert.match(second, /wave 2 of 2\s*0 of 2 ready/);
    assert.match(await page.getByTestId("holdups").innerText(), /2 hosts of wave 2 of 2/);
    assert.throws(() => written("w2"), /ENOENT/);
    await axe(page, "a paused rollout");
    await button("Resume").click();
    await text("All 3 hosts are ready");
    assert.deepEqual(["w1", "w2", "w3"].map(written), ["waves", "waves", "waves"]);
    assert.match((await waves())[1], /2 of 2 ready/);
    await page.getByLabel("Replay").fill("1");  // and as it was
    await page.waitForFunction(() => [...document.querySelectorAll("[data-wave]")][0]?.textContent.includes("0 of 1 ready"));
  });
  check("Pause holds what has not begun", async () => {
    const { name } = await provision(["p"], "held", { environment: "environments/prod" });
    await open(`/${name}`);
    await button("Pause").click();
    await button("Resume").waitFor();
    await button("Approve").click();
    await page.waitForFunction(() => document.querySelector('[data-testid="verdict"]').textContent.includes("paused"));
    assert.throws(() => written("p"), /ENOENT/);
    await button("Resume").click();
    await text("The host is ready");
    assert.equal(written("p"), "held");
  });
});
