// Environments and the variables of a spec, in a browser against a real engine. Run by `client/web/run page`.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { after, before, describe } from "node:test";
import { axe } from "../support/axe.mjs";
import { launch } from "../support/browser.mjs";
import { checkOn } from "../support/check.mjs";
import { Engine, TARGET } from "../support/engine.mjs";

const FILE = `/tmp/pe-web-environments.${process.pid}`;
const SECRET = "correct-horse-battery";
const SPEC = `
name: with-variables
variables:
  - {name: greeting, description: What it says, default: hello}
  - {name: port, type: INT}
  - {name: loud, type: BOOL, default: "false"}
  - {name: token, type: SECRET}
steps:
  - {id: file, file: {path: ${FILE}, content: "\${vars.greeting} \${vars.port} \${vars.loud} \${vars.token}\\n"}}
`;
const engine = new Engine();
let browser, page;
const complaints = [];

const check = checkOn(() => page);
async function open(path) {
  await page.goto(engine.link(path));
  await page.waitForSelector("main .card");
}
async function change(name, mask, body) {
  const headers = { Authorization: `Bearer ${engine.token}`, "Content-Type": "application/json" };
  const response = await fetch(`${engine.url}/v1/environments/${name}?updateMask=${mask}`, { method: "PATCH", headers, body: JSON.stringify(body) });
  assert.ok(response.ok, await response.text());
}
const environment = (name) => engine.call(`/v1/environments/${name}`);
const card = (name) => page.getByRole("region", { name, exact: true });
const field = (label) => page.getByLabel(label, { exact: true });
const button = (name) => page.getByRole("button", { name, exact: true });

before(async () => {
  await engine.start();
  await engine.register();
  browser = await launch();
  // The policy forbids the page, rightly, to run what the test of accessibility brings along.
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true })).newPage();
  page.setDefaultTimeout(8000);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
});
after(async () => {
  await browser?.close();
  await engine.close();
  rmSync(FILE, { force: true });
});

describe("environments", { concurrency: false }, () => {
  check("are those of the engine, without any job", async () => {
    await open("/environments");
    assert.match(await card("prod").innerText(), /Jobs wait for a person's approval[\s\S]*all at once/);
    assert.match(await card("dev").innerText(), /Jobs need none/);
    assert.equal(await card("test").count(), 1);
  });

  check("are made, with violations beside their fields", async () => {
    await button("New environment").click();
    await field("Name").fill("Staging");
    await button("Create").click();
    await page.getByText("is not a resource id").waitFor();
    assert.equal(await field("Name").getAttribute("aria-invalid"), "true");
    await field("Name").fill("staging");
    await field("Description").fill("Before prod");
    await button("Add a variable").click();
    await field("Name of variable 1").fill("greeting");
    await field("Value of greeting").fill("good morning");
    await page.locator("summary", { hasText: "Rollout" }).click();
    await field("Canary").fill("one");
    await page.getByText("Not a number of hosts, or a part of them like 10%.").waitFor();
    assert.ok(await button("Create").isDisabled());
    await field("Canary").fill("120%");
    await button("Create").click();
    await page.getByText("120 is not between 1 and 100").waitFor();
    await field("Canary").fill("1");
    await field("Soak").fill("1m30s");
    await button("Create").click();
    await page.waitForURL(/name=staging/);
    assert.match(await card("staging").innerText(), /Before prod[\s\S]*canary 1, soak 1m30s[\s\S]*greeting=good morning/);
    const { rollout, variables } = await environment("staging");
    assert.deepEqual({ rollout, variables }, { rollout: { canary: { count: 1 }, soak: "90s" }, variables: { greeting: "good morning" } });
  });

  check("are edited in place; what is cleared is cleared", async () => {
    await change("prod", "variables,parallelism", { variables: { gone: "1" }, parallelism: 3 });
    await open("/environments?name=prod");
    await button("Edit prod").click();
    await page.waitForURL(/edit=prod/);
    assert.ok(await button("Save").isDisabled());
    await field("Description").fill("");
    await field("Hosts at a time").fill("");
    await page.getByLabel("Jobs wait for a person's approval").uncheck();
    await button("Remove gone").click();
    await button("Save").click();
    await button("Edit prod").waitFor();
    const { description, parallelism, variables, approvalRequired } = await environment("prod");
    assert.deepEqual({ description, parallelism, variables, approvalRequired }, { description: undefined, parallelism: undefined, variables: undefined, approvalRequired: undefined });
    await change("prod", "approvalRequired", { approvalRequired: true });
  });

  check("say that somebody else was faster, and lose nothing that was typed", async () => {
    await open("/environments?name=staging&edit=staging");
    await field("Description").fill("typed here");
    await change("staging", "description,parallelism", { description: "typed elsewhere", parallelism: 7 });
    await button("Save").click();
    await page.getByTestId("conflict").waitFor();
    assert.match(await page.getByTestId("conflict").innerText(), /Somebody else has changed it meanwhile[\s\S]*typed elsewhere[\s\S]*7 hosts at a time/);
    assert.equal(await field("Description").inputValue(), "typed here");
    assert.equal(await field("Hosts at a time").inputValue(), "7");
    await axe(page, "an edit with a conflict");
    await button("Save").click();
    await button("Edit staging").waitFor();
    const { description, parallelism } = await environment("staging");
    assert.deepEqual({ description, parallelism }, { description: "typed here", parallelism: 7 });
  });

  check("are accessible, as they are and in edit", async () => {
    await open("/environments");
    await card("prod").waitFor();
    await axe(page, "all");
    await open("/environments?edit=staging");
    await button("Save").waitFor();
    await axe(page, "edit");
  });
});

describe("apply", { concurrency: false }, () => {
  check("shows a field for each variable, while the spec is written", async () => {
    await open("/apply?environment=staging");
    await field("Spec, YAML or JSON").fill(SPEC);
    await field("token").waitFor();
    assert.equal(await field("greeting").getAttribute("placeholder"), "good morning");
    assert.equal(await field("token").getAttribute("type"), "password");
    await field("port").fill("80");
    await field("Spec, YAML or JSON").fill(`${SPEC}handlers: [\n`);
    assert.equal(await field("port").inputValue(), "80");
    assert.equal(await page.getByTestId("violations").count(), 0);
    await field("Environment").selectOption("prod");
    await page.getByTestId("approval-note").waitFor();
    assert.equal(await field("greeting").getAttribute("placeholder"), "hello");
    await field("Environment").selectOption("staging");
    await field("Spec, YAML or JSON").fill(SPEC);
  });

  check("says beside a variable what is wrong with it", async () => {
    await field("Hosts").fill(TARGET);
    await field("port").fill("eighty");
    await button("Check").click();
    await page.locator(".entry", { has: field("token") }).getByText("is required").waitFor();
    await page.locator(".entry", { has: field("port") }).locator(".wrong").waitFor();
    await axe(page, "apply with variables");
  });

  check("sends a SECRET and leaves it nowhere", async () => {
    await field("port").fill("8080");
    await field("loud").selectOption("true");
    await field("token").fill(SECRET);
    await button("Check").click();
    await page.getByText("Valid: 1 host").waitFor();
    const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href, document.documentElement.outerHTML, performance.getEntriesByType("resource").map((one) => one.name)]));
    assert.ok(!(await kept()).includes(SECRET));
    await button("Apply").click();
    await page.waitForURL(/\/jobs\//);
    const job = await engine.ended(new URL(page.url()).pathname.slice(1));
    assert.equal(job.state, "SUCCEEDED");
    if (TARGET === "local://") assert.equal(readFileSync(FILE, "utf8"), `good morning 8080 true ${SECRET}\n`);
    for (const view of ["", "?view=events", "?view=logs", "?view=spec", "?view=diff"]) {
      await open(`/${job.name}${view}`);
      assert.ok(!(await kept()).includes(SECRET), view);
    }
    assert.ok(!JSON.stringify(job).includes(SECRET));
    assert.ok(!complaints.join("\n").includes(SECRET));
  });

  check("gives a job a rollout of its own", async () => {
    await open("/apply?environment=staging");
    await page.getByText("Rollout: canary 1, soak 1m30s").click();
    await page.getByLabel("Another rollout for this job").check();
    assert.equal(await field("Soak").inputValue(), "1m30s");
    await field("Soak").fill("");
    await field("Canary").fill("");
    await field("Spec, YAML or JSON").fill("name: own\nsteps: [{id: nothing, exec: {argv: [/bin/true]}}]\n");
    await field("Hosts").fill(TARGET);
    await button("Apply").click();
    await page.waitForURL(/\/jobs\//);
    const job = await engine.ended(new URL(page.url()).pathname.slice(1));
    assert.deepEqual([job.state, job.environment, job.rollout ?? {}], ["SUCCEEDED", "environments/staging", {}]);
  });
});

describe("deleting an environment", { concurrency: false }, () => {
  check("is refused with the reason while a resource belongs to it", async () => {
    await engine.call("/v1/resources?resourceId=kept", { address: "ssh://root@192.0.2.1", environment: "environments/test" });
    await open("/environments?name=test");
    await button("Delete test").click();
    assert.ok(await environment("test"));
    await button("Really delete test").click();
    await page.getByText("resources/kept belongs to environments/test").waitFor();
  });

  check("takes two clicks, and it is gone", async () => {
    await engine.call("/v1/environments?environmentId=short-lived", {});
    await open("/environments?name=short-lived");
    await button("Delete short-lived").click();
    await button("Really delete short-lived").click();
    await page.getByText("There is no environment short-lived.").waitFor();
    await assert.rejects(environment("short-lived"));
  });

  check("and all of it complained of nothing", () => {
    assert.deepEqual(complaints.filter((text) => /Error|^error: (?!Failed to load resource)/.test(text)), []);
  });
});
