// A pasted spec: checked by the engine, shown as a plan with its differences, then applied.
import { useState } from "preact/hooks";
import { api, ApiError, type Violation } from "../api/http";
import { type Environment, type Job, type ProvisionRequest, type ServiceSpec, shortName } from "../api/types";
import { refreshJobs } from "../app/current";
import { environmentsError, useEnvironments } from "../app/environments";
import { go, param, setParams } from "../app/router";
import { fromYaml, YamlError } from "../app/yaml";
import { applyProblems, ownRollout, targetsFrom } from "../environment/request";
import { fieldsOf, type Problems, type RolloutFields, rolloutProblems, rolloutWords } from "../environment/rollout";
import { givenValues, type Values } from "../environment/variables";
import { CheckField, TextField } from "../ui/field";
import { RolloutInputs } from "../ui/rollout-fields";
import { Plan, Violations } from "./apply-plan";
import { ApplyVariables, useDeclared } from "./apply-variables";

const EXAMPLE = `name: hello
version: 1.0.0
steps:
  - id: page
    file: {path: /etc/hello, content: "hello\\n"}
`;

function EnvironmentField({ all, chosen, onChoose }: { all: readonly Environment[]; chosen: Environment | undefined; onChoose: (name: string) => void }) {
  return (
    <div class="entry">
      <label for="apply-environment">Environment</label>
      <select id="apply-environment" class="field" value={shortName(chosen?.name)} onChange={(e) => onChoose(e.currentTarget.value)}>
        {chosen ? null : <option value="">–</option>}
        {all.map((one) => <option key={one.name} value={shortName(one.name)}>{shortName(one.name)}</option>)}
      </select>
      {chosen?.approvalRequired ? <p class="hint" data-testid="approval-note">Its jobs wait for an approval.</p> : null}
    </div>
  );
}

interface OwnRolloutProps {
  own: RolloutFields | undefined;
  environment: Environment | undefined;
  problems: Problems;
  onChange: (own: RolloutFields | undefined) => void;
}

function OwnRollout({ own, environment, problems, onChange }: OwnRolloutProps) {
  const usual = environment?.rollout;
  return (
    <details>
      <summary>Rollout: {own ? "its own" : rolloutWords(usual)}</summary>
      <div class="form">
        <CheckField label="Another rollout for this job" value={own !== undefined} onChange={(yes) => onChange(yes ? fieldsOf(usual) : undefined)} />
        {own ? <RolloutInputs value={own} onChange={onChange} problems={problems} probes={usual?.healthGate?.length ?? 0} /> : null}
      </div>
    </details>
  );
}

// The calls of the form, one at a time, and what came of them.
function useAsking(request: () => Promise<ProvisionRequest>) {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<{ message: string; list: Violation[] } | undefined>(undefined);
  const [plan, setPlan] = useState<Job | undefined>(undefined);
  const run = async (extra: Partial<ProvisionRequest>): Promise<Job | undefined> => {
    setBusy(true);
    setProblem(undefined);
    setSaid("");
    try {
      return await api.provision({ ...(await request()), ...extra });
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
  const forget = (): void => { setPlan(undefined); setSaid(""); setProblem(undefined); };
  return { busy, said, problem, plan, check, showPlan, apply, forget };
}

export function ApplyView() {
  const [text, setText] = useState("");
  const [targets, setTargets] = useState("");
  const [values, setValues] = useState<Values>({});
  const [own, setOwn] = useState<RolloutFields | undefined>(undefined);
  const all = useEnvironments() ?? [];
  const wanted = param("environment");
  const environment = all.find((one) => shortName(one.name) === (wanted || "dev")) ?? (wanted ? undefined : all[0]);
  const declared = useDeclared(text);
  const asking = useAsking(async () => ({
    spec: (await fromYaml(text)) as ServiceSpec, targets: targetsFrom(targets), ...(environment?.name ? { environment: environment.name } : {}),
    variables: givenValues(declared, values), ...ownRollout(own, environment),
  }));
  const { busy, said, problem, plan } = asking;
  const edited = (change: () => void): void => { change(); asking.forget(); };
  const local = own ? rolloutProblems(own) : {};
  const problems = { ...applyProblems(problem?.list ?? []), ...local };
  const stuck = busy || text.trim() === "" || targets.trim() === "" || Object.keys(local).length > 0 || (wanted !== "" && !environment);
  return (
    <main class="page">
      <div class="titlebar"><h1>Apply a spec</h1></div>
      {environmentsError.value ? <p class="notice" role="alert">{environmentsError.value}</p> : null}
      <div class="cols">
        <section class="card" aria-label="Spec and hosts"><div class="inside form">
          <label>Spec, YAML or JSON<textarea class="field" rows={declared.length > 0 ? 12 : 18} spellcheck={false} value={text} placeholder={EXAMPLE} onInput={(e) => { const value = e.currentTarget.value; edited(() => setText(value)); }} /></label>
          <div class="two">
            <TextField label="Hosts" value={targets} placeholder="web-1, role=web, ssh://root@host" onText={(value) => edited(() => setTargets(value))} />
            <EnvironmentField all={all} chosen={environment} onChoose={(name) => edited(() => setParams({ environment: name }))} />
          </div>
          <ApplyVariables declared={declared} values={values} environment={environment} problems={problems} onChange={(next) => edited(() => setValues(next))} />
          <OwnRollout own={own} environment={environment} problems={problems} onChange={(next) => edited(() => setOwn(next))} />
          <div class="actions">
            <button class="button" disabled={stuck} onClick={() => void asking.check()}>Check</button>
            <button class={`button${plan ? "" : " main"}`} disabled={stuck} onClick={() => void asking.showPlan()}>Show the plan</button>
            <button class={`button${plan ? " main" : ""}`} disabled={stuck} onClick={() => void asking.apply()}>Apply</button>
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
