// A pasted spec: checked by the engine, shown as a plan with its differences, then applied.
import { useState } from "preact/hooks";
import { api, ApiError, type Violation } from "../api/http";
import { hasEnded, type Job, type ProvisionRequest, type ServiceSpec } from "../api/types";
import { feedOf, refreshJobs } from "../app/current";
import { go } from "../app/router";
import { fromYaml, YamlError } from "../app/yaml";
import { stateWords } from "../ui/mark";
import { verdict } from "../job/verdict";
import { DiffView } from "./diff";
import { Failure } from "./attention";

const EXAMPLE = `name: hello
version: 1.0.0
steps:
  - id: page
    file: {path: /etc/hello, content: "hello\\n"}
`;

function targetsFrom(text: string): NonNullable<ProvisionRequest["targets"]> {
  return text.split(/[\s,]+/).filter(Boolean).map((one) => {
    if (one.includes("://")) return { inline: { address: one } };
    if (one.includes("=")) return { labelSelector: one };
    return { resource: one.startsWith("resources/") ? one : `resources/${one}` };
  });
}

function Violations({ message, list }: { message: string; list: Violation[] }) {
  return (
    <section class="card" role="alert" data-testid="violations">
      <header><h2>{message}</h2></header>
      <ul class="violations">{list.map((one) => <li><code>{one.field}</code>{one.description}</li>)}</ul>
    </section>
  );
}

function Plan({ name }: { name: string }) {
  const feed = feedOf(name);
  void feed.frame.value;
  const job = feed.job;
  if (!job) return <p class="empty" role="status">Planning</p>;
  return (
    <>
      <h2 data-testid="plan">{hasEnded(job.state) ? verdict(job, 0).text : `Plan: ${stateWords(job.state)}${job.reason ? `, ${job.reason}` : ""}`}</h2>
      <Failure job={job} />
      {hasEnded(job.state) ? <DiffView job={job} /> : null}
    </>
  );
}

export function ApplyView() {
  const [text, setText] = useState("");
  const [targets, setTargets] = useState("");
  const [environment, setEnvironment] = useState("dev");
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<{ message: string; list: Violation[] } | undefined>(undefined);
  const [plan, setPlan] = useState<Job | undefined>(undefined);

  const edited = (change: () => void): void => { change(); setPlan(undefined); setSaid(""); setProblem(undefined); };
  const run = async (extra: Partial<ProvisionRequest>): Promise<Job | undefined> => {
    setBusy(true);
    setProblem(undefined);
    setSaid("");
    try {
      const spec = (await fromYaml(text)) as ServiceSpec;
      return await api.provision({ spec, targets: targetsFrom(targets), environment: `environments/${environment}`, ...extra });
    } catch (error) {
      if (error instanceof YamlError) setProblem({ message: `Line ${error.line}, column ${error.column}: ${error.message}`, list: [] });
      else setProblem({ message: (error as Error).message, list: error instanceof ApiError ? error.violations : [] });
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  const check = async (): Promise<void> => {
    const job = await run({ validateOnly: true });
    if (job) setSaid(`Valid: ${job.targets?.length ?? 0} host${job.targets?.length === 1 ? "" : "s"}.`);
  };
  const showPlan = async (): Promise<void> => {
    if (!(await run({ validateOnly: true }))) return;
    setPlan(await run({ mode: "PLAN" }));
  };
  const apply = async (): Promise<void> => {
    const job = await run({});
    if (!job) return;
    await refreshJobs();
    go(`/${job.name}`);
  };
  const empty = text.trim() === "" || targets.trim() === "";
  return (
    <main class="page">
      <div class="titlebar"><h1>Apply a spec</h1></div>
      <div class="cols">
        <section class="card" aria-label="Spec and hosts"><div class="inside form">
          <label>Spec, YAML or JSON<textarea class="field" rows={18} spellcheck={false} value={text} placeholder={EXAMPLE} onInput={(e) => { const value = e.currentTarget.value; edited(() => setText(value)); }} /></label>
          <div class="two">
            <label>Hosts<input class="field" value={targets} placeholder="web-1, role=web, ssh://root@host" onInput={(e) => { const value = e.currentTarget.value; edited(() => setTargets(value)); }} /></label>
            <label>Environment
              <select class="field" value={environment} onChange={(e) => { const value = e.currentTarget.value; edited(() => setEnvironment(value)); }}>{["dev", "test", "prod"].map((name) => <option>{name}</option>)}</select>
            </label>
          </div>
          <div class="actions">
            <button class="button" disabled={busy || empty} onClick={() => void check()}>Check</button>
            <button class={`button${plan ? "" : " main"}`} disabled={busy || empty} onClick={() => void showPlan()}>Show the plan</button>
            <button class={`button${plan ? " main" : ""}`} disabled={busy || empty} onClick={() => void apply()}>Apply</button>
            <span class="small" role="status">{said}</span>
          </div>
        </div></section>
        <div class="side">
          {problem ? <Violations {...problem} /> : null}
          {plan?.name ? <Plan name={plan.name} /> : problem ? null : <p class="notice plain">Nothing is changed before you press Apply. The plan asks the hosts and shows what would change.</p>}
        </div>
      </div>
    </main>
  );
}
