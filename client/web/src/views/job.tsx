// A job: what the first screen is about. Head with verdict, proof of life and actions; below it one of seven views.
import { useEffect, useState } from "preact/hooks";
import { feedOf } from "../app/current";
import { now } from "../app/clock";
import { JOB_VIEWS, type JobView } from "../app/keys";
import { param, place, setParams } from "../app/router";
import { hasEnded, type Job, millis, shortName, wentWrong } from "../api/types";
import type { Feed } from "../job/feed";
import { verdict } from "../job/verdict";
import { jobMark, Mark, stateWords } from "../ui/mark";
import { Ago } from "../ui/when";
import { Actions } from "./actions";
import { Approval } from "./decide";
import { DiffView } from "./diff";
import { EventsView } from "./events";
import { GraphView } from "./graph";
import { GridView } from "./grid";
import { LogsView } from "./logs";
import { SpecView } from "./spec";
import { TimelineView } from "./timeline";

const TITLES: Record<JobView, string> = { grid: "Grid", timeline: "Timeline", graph: "Graph", events: "Events", logs: "Logs", diff: "Diff", spec: "Spec" };
const SEARCHES: Partial<Record<JobView, string>> = { grid: "Host", events: "Text", logs: "Text", timeline: "Host" };

function Life({ feed }: { feed: Feed }) {
  void feed.frame.value;
  const link = feed.link.value;
  const time = now.value;
  const at = feed.lastEventAt;
  const alive = feed.lastAliveAt;
  let words = "";
  if (link === "ended") words = "ended";
  else if (link === "live") words = "live";
  else if (link === "reconnecting") words = "reconnecting";
  else if (link === "failed") words = "not connected";
  else words = "connecting";
  const last = at > 0 ? `last event ${((time - at) / 1000 < 0 ? 0 : (time - at) / 1000).toFixed(1)} s ago` : alive > 0 ? "no event yet" : "";
  const endedAt = millis(feed.latest?.endTime);
  return (
    <span class={`life small ${link}`} data-testid="life">
      <i />{words}{link === "ended" ? <> <Ago at={endedAt} /></> : last ? `, ${last}` : ""}
      <span class="muted">seq <span data-testid="seq">{feed.job?.lastSeq ?? 0}</span></span>
    </span>
  );
}

function Share({ job }: { job: Job }) {
  const sum = { ready: 0, failed: 0, running: 0, waiting: 0, other: 0, rest: 0 };
  for (const target of job.targets ?? []) {
    if (target.state === "SUCCEEDED") sum.ready += 1;
    else if (wentWrong(target.state) || (target.counts?.failed ?? 0) > 0) sum.failed += 1;
    else if (hasEnded(target.state)) sum.other += 1;
    else if (target.state === "PAUSED" || target.state === "AWAITING_APPROVAL") sum.waiting += 1;
    else if (target.state === "PENDING" || target.state === "QUEUED") sum.rest += 1;
    else sum.running += 1;
  }
  const words = Object.entries(sum).filter(([, n]) => n > 0).map(([name, n]) => `${n} ${name === "rest" ? "not started" : name}`).join(", ");
  return (
    <div class="share" role="img" aria-label={words}>
      {Object.entries(sum).map(([name, n]) => (n > 0 ? <i class={name} style={{ flexGrow: n }} /> : null))}
    </div>
  );
}

function Scrub({ feed, job }: { feed: Feed; job: Job }) {
  const last = feed.lastSeq;
  const at = feed.scrubbedTo.value;
  const wanted = param("seq");
  const history = feed.historyState.value;
  useEffect(() => {
    if (wanted === "") return feed.scrub(undefined);
    feed.needHistory();
    if (history === "whole") feed.scrub(Math.max(1, Math.min(last, Number(wanted) || last)));
  }, [wanted, history]);
  return (
    <div class="scrub">
      <label for="scrub">Replay</label>
      <input id="scrub" type="range" min={1} max={last} value={at ?? last} onPointerDown={() => feed.needHistory()} onFocus={() => feed.needHistory()}
        onInput={(event) => { const value = Number(event.currentTarget.value); setParams({ seq: value >= last ? undefined : String(value) }); }} />
      <span>{history === "loading" ? "loading events" : `event ${at ?? last} of ${last}`}</span>
      {at !== undefined ? <button class="button" onClick={() => setParams({ seq: undefined })}>Back to the end</button> : null}
      {at !== undefined ? <span class="tag">as it was{job.state ? `: ${stateWords(job.state)}` : ""}</span> : null}
    </div>
  );
}

function Body({ view, feed, job }: { view: JobView; feed: Feed; job: Job }) {
  switch (view) {
    case "timeline": return <TimelineView feed={feed} job={job} />;
    case "graph": return <GraphView job={job} />;
    case "events": return <EventsView feed={feed} job={job} />;
    case "logs": return <LogsView feed={feed} job={job} />;
    case "diff": return <DiffView job={job} />;
    case "spec": return <SpecView job={job} />;
    default: return <GridView feed={feed} job={job} />;
  }
}

function VerdictLine({ job }: { job: Job }) {
  const { text } = verdict(job, hasEnded(job.state) ? 0 : now.value);
  return <h1 data-testid="verdict"><Mark is={jobMark(job.state)} />{text}</h1>;
}

function Tabs({ view }: { view: JobView }) {
  const query = (to: JobView): string => {
    const next = new URLSearchParams(place.value.query);
    if (to === "grid") next.delete("view");
    else next.set("view", to);
    next.delete("q");
    const text = next.toString();
    return place.value.path + (text ? `?${text}` : "");
  };
  const search = SEARCHES[view];
  const filters = view === "grid" || view === "events" || view === "logs" || view === "timeline";
  return (
    <div class="tabs">
      <nav aria-label="Views of the job">
        {JOB_VIEWS.map((name) => <a href={query(name)} aria-current={view === name ? "page" : undefined}>{TITLES[name]}</a>)}
      </nav>
      <div class="tools">
        {search ? <input class="field" type="search" data-search placeholder={search} aria-label={`Search: ${search}`} value={param("q")} onInput={(e) => setParams({ q: e.currentTarget.value || undefined })} /> : null}
        {filters ? <button class="button" aria-pressed={param("errors") === "1"} onClick={() => setParams({ errors: param("errors") ? undefined : "1" })}>Errors only</button> : null}
      </div>
    </div>
  );
}

export function JobPage({ name, first = false }: { name: string; first?: boolean }) {
  // On the first screen the job that was opened stays, whatever begins meanwhile.
  const [kept] = useState(name);
  const shown = first ? kept : name;
  const feed = feedOf(shown);
  void feed.frame.value;
  const job = feed.job;
  const error = feed.error.value;
  useEffect(() => {
    document.title = job ? `${job.service ?? shown}: ${stateWords(job.state)}` : "Provision Engine";
    return () => { document.title = "Provision Engine"; };
  }, [job?.state]);
  if (!job) return <main class="page"><p class="empty" role="status">{error ? error.message : "Loading the job"}</p></main>;
  const asked = param("view") as JobView;
  const view = JOB_VIEWS.includes(asked) ? asked : "grid";
  return (
    <main class="page">
      <div class="about">
        <strong>{job.service}</strong><span>{job.version}</span>
        <a class="tag" href={`/environments?name=${shortName(job.environment)}`}>{shortName(job.environment)}</a>
        {job.mode !== "APPLY" ? <span class="tag">{stateWords(job.mode)}</span> : null}
        <a class="link mono" href={`/${shown}`}>{shown}</a>
        {job.parent ? <span>of <a class="link mono" href={`/${job.parent}`}>{job.parent}</a></span> : null}
        <Life feed={feed} />
      </div>
      <div class="verdict">
        <VerdictLine job={job} />
        <Actions feed={feed} job={feed.latest ?? job} />
      </div>
      <Share job={job} />
      <Approval job={feed.latest ?? job} />
      {error ? <div class="notice" role="alert">{error.message}</div> : null}
      <Tabs view={view} />
      {hasEnded(feed.latest?.state) ? <Scrub feed={feed} job={job} /> : null}
      <Body view={view} feed={feed} job={job} />
    </main>
  );
}
