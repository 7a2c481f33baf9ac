// A host: its facts, what ran on it, how patched it is, and whose key it showed.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import { type Facts, type Job, millis, number, type Resource, shortName, type Step } from "../api/types";
import { useCall } from "../app/call";
import { markOf, stageOf } from "../job/rows";
import { Mark, stateWords } from "../ui/mark";
import { Ago } from "../ui/when";
import { JobTable } from "./jobs";
import { RESOURCE_MARKS } from "./resources";

const gib = (bytes: string | undefined): string => `${(number(bytes) / 2 ** 30).toFixed(1)} GiB`;

function factRows(facts: Facts): Array<[string, string]> {
  const rows: Array<[string, string | undefined]> = [
    ["Host name", facts.hostname], ["System", facts.osName], ["Kernel", facts.kernel], ["Architecture", facts.architecture],
    ["Processors", facts.cpus === undefined ? undefined : String(facts.cpus)], ["Memory", facts.memoryBytes && gib(facts.memoryBytes)],
    ["Free on /", facts.rootFreeBytes && gib(facts.rootFreeBytes)], ["Addresses", facts.addresses?.join(", ")],
    ["Packages by", facts.packageManager], ["Able to", facts.capabilities?.map((one) => one.toLowerCase()).join(", ")], ["Machine id", facts.machineId],
  ];
  return rows.filter((row): row is [string, string] => Boolean(row[1]));
}

function Patches({ job, name, facts }: { job: Job | undefined; name: string; facts: Facts | undefined }) {
  const target = job?.targets?.find((candidate) => candidate.resource === name);
  const steps = (target?.steps ?? []).filter((step: Step) => stageOf(step) === "security");
  const reboot = facts?.rebootRequiredBy ?? [];
  return (
    <section class="card" aria-label="Patch level"><header><h2>Patch level</h2></header>
      <div class="inside small">
        {steps.length === 0 ? <p class="muted">The last job asked for no security patches.</p> : null}
        {steps.map((step) => <p><Mark is={markOf(step.state)} /> {step.id}: {step.result?.message ?? step.reason ?? stateWords(step.state)} <span class="muted"><Ago at={millis(step.endTime)} /></span></p>)}
        <p>{reboot.length > 0 ? `A reboot is wanted by ${reboot.join(", ")}.` : "No reboot is wanted."}</p>
      </div>
    </section>
  );
}

// The key is typed by the person who compared it, so it is shown and never filled in.
function Trust({ resource, onDone }: { resource: Resource; onDone: (resource: Resource) => void }) {
  const { busy, error, call } = useCall();
  const [typed, setTyped] = useState("");
  const name = resource.name ?? "";
  return (
    <section class="card" aria-label="Host key"><header><Mark is="waiting" /><h2>Its key is not known</h2></header>
      <div class="inside form">
        <p class="small">The host offered <code>{resource.offeredHostKey}</code>. Compare it with <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code> on the host, then type it here.</p>
        <label>Key<input class="field mono" value={typed} placeholder="SHA256:" onInput={(e) => setTyped(e.currentTarget.value)} /></label>
        {error ? <p class="notice" role="alert">{error}</p> : null}
        <div><button class="button main" disabled={busy || !typed.startsWith("SHA256:")} onClick={() => call(async () => onDone(await api.trust(name, typed.trim())))}>Trust this key</button></div>
      </div>
    </section>
  );
}

// What earlier jobs have notified here and not run. The next job brings it, unless a person gives it up.
function Owed({ resource, onDone }: { resource: Resource; onDone: (resource: Resource) => void }) {
  const { busy, error, call } = useCall();
  const name = resource.name ?? "";
  return (
    <section class="card" aria-label="Owed handlers"><header><Mark is="waiting" /><h2>Handlers are owed to it</h2></header>
      <div class="inside small">
        {(resource.pendingHandlers ?? []).map((owed) => (
          <p>
            <b>{owed.handler}</b> of <a class="link" href={`/${owed.job}`}>{shortName(owed.job)}</a>
            {owed.outcomeUnknown ? ": it had begun, and nobody knows whether it had its effect. Retry that job from it, or waive it. " : ": the next job here runs it first. "}
            <button class="button" disabled={busy} onClick={() => call(async () => onDone(await api.waive(name, owed.handler ?? "", owed.job ?? "")))}>Waive</button>
          </p>
        ))}
        {error ? <p class="notice" role="alert">{error}</p> : null}
      </div>
    </section>
  );
}

export function ResourceView({ name }: { name: string }) {
  const [resource, setResource] = useState<Resource | undefined>(undefined);
  const [jobs, setJobs] = useState<Job[]>([]);
  const [last, setLast] = useState<Job | undefined>(undefined);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    api.resource(name).then(async (found) => {
      setResource(found);
      setJobs((await api.jobs({ pageSize: 50, filter: `resource = ${name}` })).jobs ?? []);
      if (found.lastJob) setLast(await api.job(found.lastJob));
    }).catch((error: Error) => setProblem(error.message));
  }, [name]);
  if (!resource) return <main class="page"><p class="empty" role="status">{problem || "Loading"}</p></main>;
  const facts = resource.facts;
  return (
    <main class="page">
      <div class="about"><a class="link" href="/resources">Resources</a><span class="mono">{resource.address}</span><span class="tag">{shortName(resource.environment)}</span>{Object.entries(resource.labels ?? {}).map(([key, value]) => <span class="tag">{key}={value}</span>)}</div>
      <div class="verdict"><h1><Mark is={RESOURCE_MARKS[resource.state ?? ""] ?? "pending"} />{shortName(name)}: {stateWords(resource.state)}{resource.reason ? `, ${resource.reason}` : ""}</h1></div>
      {problem ? <p class="notice" role="alert">{problem}</p> : null}
      {resource.offeredHostKey ? <Trust resource={resource} onDone={setResource} /> : null}
      {(resource.pendingHandlers ?? []).length > 0 ? <Owed resource={resource} onDone={setResource} /> : null}
      <div class="cols">
        <section class="card" aria-label="Facts"><header><h2>Facts</h2></header>
          {facts ? <dl class="facts inside">{factRows(facts).map(([what, value]) => [<dt>{what}</dt>, <dd>{value}</dd>])}</dl> : <p class="empty">No job has reached it yet.</p>}
        </section>
        <Patches job={last} name={name} facts={facts} />
        <section class="card" aria-label="Trust"><header><h2>Trust</h2></header>
          <div class="inside small">
            <p>{resource.hostKey ? <>Pinned <code class="link">{resource.hostKey}</code></> : <span class="muted">No key is pinned.</span>}</p>
            {(resource.trustRecords ?? []).map((record) => <p class="muted"><Ago at={millis(record.time)} /> by {record.caller}</p>)}
          </div>
        </section>
      </div>
      <section class="card" aria-label="History"><header><h2>History</h2></header>{jobs.length > 0 ? <JobTable list={jobs} /> : <p class="empty">No job.</p>}</section>
    </main>
  );
}
