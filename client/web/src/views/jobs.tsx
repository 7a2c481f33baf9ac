// All jobs, newest first.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import { type Job, millis, shortName } from "../api/types";
import { jobs, jobsError } from "../app/current";
import { param, setParams } from "../app/router";
import { jobMark, Mark, stateWords } from "../ui/mark";
import { Ago, Lasting } from "../ui/when";
import { wentWrong } from "../api/types";

const STATES = ["", "RUNNING", "QUEUED", "AWAITING_APPROVAL", "PAUSED", "SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT", "ROLLED_BACK"];

export function JobTable({ list }: { list: readonly Job[] }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Jobs">
      <table class="table">
        <thead><tr><th>State</th><th>Service</th><th class="hide-small">Environment</th><th class="hide-small">Hosts</th><th class="hide-small">Steps</th><th>Began</th><th class="num hide-small">Took</th><th class="hide-small">Job</th></tr></thead>
        <tbody>
          {list.map((job) => (
            <tr key={job.name}>
              <td><Mark is={jobMark(job.state)} quiet /> {stateWords(job.state)}{job.mode !== "APPLY" ? <span class="muted"> {stateWords(job.mode)}</span> : null}</td>
              <td><a class="link" data-row href={`/${job.name}`}>{job.service}</a> <span class="muted">{job.version}</span>{job.reason ? <div class="muted">{job.reason}</div> : null}</td>
              <td class="hide-small">{shortName(job.environment)}</td>
              <td class="hide-small">{(job.targets ?? []).length}</td>
              <td class="hide-small">{job.counts ? `${job.counts.changed ?? 0} changed, ${job.counts.failed ?? 0} failed of ${job.counts.total ?? 0}` : "–"}</td>
              <td><Ago at={millis(job.createTime)} /></td>
              <td class="num hide-small"><Lasting from={millis(job.startTime)} to={millis(job.endTime)} /></td>
              <td class="hide-small"><code>{shortName(job.name)}</code></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function JobsView() {
  const state = param("state");
  const errors = param("errors") === "1";
  const [found, setFound] = useState<Job[] | undefined>(undefined);
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState("");
  const filter = state ? `state = ${state}` : "";
  const load = (pageToken: string): void => {
    api.jobs({ pageSize: 50, filter, pageToken }).then((page) => {
      setFound((old) => [...(pageToken ? old ?? [] : []), ...(page.jobs ?? [])]);
      setNext(page.nextPageToken ?? "");
    }, (error: Error) => setProblem(error.message));
  };
  useEffect(() => { setFound(undefined); load(""); }, [filter]);
  // The newest come by themselves; older pages as they were fetched.
  const fresh = filter === "" ? jobs.value ?? [] : [];
  const names = new Set(fresh.map((job) => job.name));
  const list = [...fresh, ...(found ?? []).filter((job) => !names.has(job.name))].filter((job) => !errors || wentWrong(job.state));
  return (
    <main class="page">
      <div class="titlebar">
        <h1>Jobs</h1>
        <label class="sr" for="state">State</label>
        <select id="state" class="field" value={state} onChange={(e) => setParams({ state: e.currentTarget.value || undefined })}>
          {STATES.map((name) => <option value={name}>{name === "" ? "Every state" : stateWords(name)}</option>)}
        </select>
        <button class="button" aria-pressed={errors} onClick={() => setParams({ errors: errors ? undefined : "1" })}>Errors only</button>
      </div>
      {problem && !jobsError.value ? <p class="notice" role="alert">{problem}</p> : null}
      <section class="card" aria-label="List of jobs">
        {list.length > 0 ? <JobTable list={list} /> : <p class="empty">{found ? "No such job." : "Loading"}</p>}
      </section>
      {next ? <div><button class="button" onClick={() => load(next)}>Older jobs</button></div> : null}
    </main>
  );
}
