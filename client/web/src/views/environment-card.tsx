// An environment: how its jobs run, and what is there now.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { type Environment, hasEnded, type Job, millis, type Resource, shortName, wentWrong } from "../api/types";
import { useCall } from "../app/call";
import { refreshEnvironments } from "../app/environments";
import { parallelismWords } from "../environment/edit";
import { rolloutWords } from "../environment/rollout";
import { jobMark, Mark, stateWords } from "../ui/mark";
import { Ago } from "../ui/when";

export function Policy({ environment }: { environment: Environment }) {
  const variables = Object.entries(environment.variables ?? {}).sort();
  return (
    <dl class="facts inside">
      <dt>Approval</dt><dd>{environment.approvalRequired ? "Jobs wait for a person's approval" : "Jobs need none"}</dd>
      <dt>Parallelism</dt><dd>{parallelismWords(environment)}</dd>
      <dt>Rollout</dt><dd>{rolloutWords(environment.rollout)}</dd>
      <dt>Variables</dt>
      <dd>{variables.length === 0 ? <span class="muted">None</span> : variables.map(([name, value]) => <div class="mono wrap">{name}={value}</div>)}</dd>
    </dl>
  );
}

export function Inside({ jobs, resources }: { jobs: readonly Job[]; resources: readonly Resource[] | undefined }) {
  const services = new Map<string, Job>();
  for (const job of jobs) if (!services.has(job.service ?? "")) services.set(job.service ?? "", job);
  const count = (state: string): number => (resources ?? []).filter((one) => one.state === state).length;
  return (
    <>
      <div class="inside small">
        {resources ? <p><b>{resources.length}</b> resource{resources.length === 1 ? "" : "s"}{resources.length > 0 ? `, ${count("READY")} ready, ${count("FAILED")} failed` : ""}</p> : null}
        <p class="muted">{jobs.length === 0 ? "No job yet" : `${jobs.filter((job) => !hasEnded(job.state)).length} jobs now, ${jobs.filter((job) => wentWrong(job.state)).length} of the last ${jobs.length} went wrong`}</p>
      </div>
      {services.size > 0 ? (
        <ul class="holdups">
          {[...services.values()].slice(0, 8).map((job) => (
            <li><Mark is={jobMark(job.state)} quiet /><a class="link cut" href={`/${job.name}`}>{job.service} {job.version}</a><span class="muted"><Ago at={millis(job.createTime)} /></span><p>{stateWords(job.state)}</p></li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

export function EnvironmentActions({ environment, onEdit }: { environment: Environment; onEdit: () => void }) {
  const { busy, error, call } = useCall();
  const [sure, setSure] = useState(false);
  const name = environment.name ?? "";
  const remove = (): void => {
    if (!sure) return setSure(true);
    setSure(false);
    call(async () => {
      await api.deleteEnvironment(name);
      await refreshEnvironments();
    });
  };
  return (
    <div class="inside ends">
      {error ? <p class="notice" role="alert">{error}</p> : null}
      <div class="actions">
        <button class="button" onClick={onEdit} aria-label={`Edit ${shortName(name)}`}>Edit</button>
        <a class="button" href={`/apply?environment=${shortName(name)}`} aria-label={`Apply a spec in ${shortName(name)}`}>Apply a spec</a>
        <button class="button quiet danger" disabled={busy} onClick={remove} onBlur={() => setSure(false)} aria-label={`${sure ? "Really delete" : "Delete"} ${shortName(name)}`}>{sure ? "Really delete" : "Delete"}</button>
      </div>
    </div>
  );
}
