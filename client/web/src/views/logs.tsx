// What the steps printed.
import { useEffect, useRef } from "preact/hooks";
import { param, setParams } from "../app/router";
import { type Job, shortName, stepFailed } from "../api/types";
import type { Feed } from "../job/feed";
import { OutputLines } from "../job/output";
import { Virtual } from "../ui/virtual";
import { HistoryNote } from "./events";

export function LogsView({ feed, job }: { feed: Feed; job: Job }) {
  useEffect(() => feed.needHistory(), [feed, job.name]);
  const at = feed.scrubbedTo.value;
  const kept = useRef<{ at: number | undefined; lines: OutputLines }>({ at, lines: new OutputLines() });
  if (feed.historyState.value !== "whole") return <section class="card"><HistoryNote feed={feed} /></section>;
  if (kept.current.at !== at) kept.current = { at, lines: new OutputLines() };
  const all = kept.current.lines.take(feed.events());
  const text = param("q").toLowerCase();
  const host = param("host");
  const errors = param("errors") === "1";
  const shown = all.filter((line) =>
    (host === "" || line.target === Number(host)) && (text === "" || line.text.toLowerCase().includes(text)) &&
    (!errors || line.stderr || stepFailed(job.targets?.[line.target]?.steps?.[line.step]?.state)));
  return (
    <section class="card log out" aria-label="Logs">
      <header>
        <h2>{shown.length} line{shown.length === 1 ? "" : "s"}</h2>
        <label class="sr" for="log-host">Host</label>
        <select id="log-host" class="field" value={host} onChange={(e) => setParams({ host: e.currentTarget.value || undefined })}>
          <option value="">All hosts</option>
          {(job.targets ?? []).map((target, i) => <option value={String(i)}>{shortName(target.resource)}</option>)}
        </select>
        <span class="muted small hide-small">! is standard error</span>
      </header>
      {shown.length === 0 ? <p class="empty">No output{errors || text ? " like that" : ""}.</p> : null}
      <Virtual count={shown.length} rowHeight={19} row={(i, top) => {
        const line = shown[i]!;
        const target = job.targets?.[line.target];
        return (
          <div class={`line${line.stderr ? " err" : ""}`} key={line.key} style={{ transform: `translateY(${top}px)` }}>
            <span class="cut muted">{shortName(target?.resource)}</span>
            <span class="cut step muted">{target?.steps?.[line.step]?.id}</span>
            <span class="cut words" title={line.text}>{line.text}</span>
          </div>
        );
      }} />
    </section>
  );
}
