// Hosts against stages, and beside it what needs a person: the failure, what waits, or the host that was chosen.
import { useState, useEffect } from "preact/hooks";
import { param, place, setParams } from "../app/router";
import { hasEnded, type Job } from "../api/types";
import type { Feed } from "../job/feed";
import { arrange, type Mark as MarkName, type Order, type Row, STAGE_TITLES, STAGES, type Stage, sumStages } from "../job/rows";
import { isHead, underWaves, type WaveHead } from "../job/waves";
import { jobMark, Mark, MARK_WORDS } from "../ui/mark";
import { Virtual } from "../ui/virtual";
import { HostMap } from "./hostmap";
import { HostPanel } from "./host";
import { Failure, Holdups } from "./attention";

const LEGEND: MarkName[] = ["pending", "running", "waiting", "retrying", "unchanged", "changed", "skipped", "failed", "cancelled", "unknown"];
// More hosts than this do not fit a screen: the map shows all of them at once.
const MAP_FROM = 60;

function useNarrow(): boolean {
  const [media] = useState(() => matchMedia("(max-width: 720px)"));
  const [narrow, setNarrow] = useState(media.matches);
  useEffect(() => {
    const look = (): void => setNarrow(media.matches);
    media.addEventListener("change", look);
    return () => media.removeEventListener("change", look);
  }, []);
  return narrow;
}

function linkTo(host: number | undefined): string {
  const query = new URLSearchParams(place.peek().query);
  if (host === undefined) query.delete("host");
  else query.set("host", String(host));
  const text = query.toString();
  return place.peek().path + (text ? `?${text}` : "");
}

function Line({ row, top, open }: { row: Row; top: number; open: boolean }) {
  return (
    <div class={`row${open ? " open" : ""}${row.rank === 0 ? " bad" : ""}`} role="row"
      style={{ transform: `translateY(${top}px)` }} data-host={row.name}>
      <span class="host cut" role="rowheader"><a data-row href={linkTo(open ? undefined : row.index)}>{row.name}</a></span>
      {row.cells.map((cell, i) => (
        <span class="cell" role="cell" data-stage={STAGES[i]} data-mark={cell.mark} title={`${STAGE_TITLES[STAGES[i]!]}: ${MARK_WORDS[cell.mark]}${cell.total > 1 ? `, ${cell.done} of ${cell.total}` : ""}`}>
          <Mark is={cell.mark} />
        </span>
      ))}
      <span class="doing cut" role="cell" title={row.doing}>{row.doing}</span>
    </div>
  );
}

function Wave({ head, top }: { head: WaveHead; top: number }) {
  return (
    <div class="row wave" role="row" style={{ transform: `translateY(${top}px)` }} data-wave={head.wave}>
      <span class="cut" role="rowheader"><Mark is={jobMark(head.state)} />{head.title}<span class="muted">{head.said}</span></span>
    </div>
  );
}

// On a phone there is room for a syllable.
const SHORT: Record<Stage, string> = { reach: "Reach", os: "OS", libraries: "Libs", security: "Sec", monitoring: "Mon", service: "Svc", acceptance: "Acc" };

function Head({ rows, narrow }: { rows: Row[]; narrow: boolean }) {
  return (
    <div class="headrow" role="row">
      <span class="corner" role="columnheader">Host</span>
      {sumStages(rows).map((sum) => (
        <span class="stage" role="columnheader">
          <span class="t">{narrow ? <abbr title={STAGE_TITLES[sum.stage]}>{SHORT[sum.stage]}</abbr> : STAGE_TITLES[sum.stage]}</span>
          <span class="n">{sum.total === 0 ? <span aria-label="nothing asked for">–</span> : <>{sum.done}/<wbr />{sum.total}{sum.failed > 0 ? <b> {sum.failed}✕</b> : null}</>}</span>
        </span>
      ))}
      <span class="last" role="columnheader"><span class="sr">Doing</span></span>
    </div>
  );
}

export function GridView({ feed, job }: { feed: Feed; job: Job }) {
  const narrow = useNarrow();
  const all = feed.gridRows();
  const order = (param("order") || (all.length > MAP_FROM ? "attention" : "name")) as Order;
  const rows = arrange(all, order, param("errors") === "1", param("q"));
  const lines = underWaves(rows, job);
  // A lone host has room for its steps.
  const chosen = param("host") === "" ? (all.length === 1 ? all[0] : undefined) : all[Number(param("host"))];
  const calm = hasEnded(job.state) && job.state === "SUCCEEDED" && !chosen;
  return (
    <div class={calm ? "" : "split"}>
      <section class="card" aria-label="Hosts and stages">
        {all.length > MAP_FROM ? <HostMap rows={all} narrow={narrow} onChoose={(row) => setParams({ host: String(row.index) })} /> : null}
        <div class="grid" role="table" aria-label="Hosts and stages" aria-rowcount={lines.length + 1}>
          <Head rows={all} narrow={narrow} />
          {lines.length === 0
            ? <div role="row"><p class="empty" role="cell">{param("errors") === "1" ? "No host with an error." : "No host of that name."}</p></div>
            : <Virtual count={lines.length} rowHeight={narrow ? 50 : 30} role="rowgroup" row={(i, top) => {
              const line = lines[i]!;
              return isHead(line) ? <Wave key={`wave ${line.wave}`} head={line} top={top} /> : <Line key={line.index} row={line} top={top} open={line === chosen} />;
            }} />}
        </div>
        <div class="legend">
          {LEGEND.map((mark) => <span><Mark is={mark} quiet />{MARK_WORDS[mark]}</span>)}
          {all.length > 1 ? <button class="link small button quiet" onClick={() => setParams({ order: order === "name" ? "attention" : "name" })}>{order === "name" ? "Sort by attention" : "Sort by name"}</button> : null}
        </div>
      </section>
      {calm ? null : (
        <aside class="side" aria-label="Needs attention">
          {chosen ? <HostPanel row={chosen} job={job} /> : null}
          <Failure job={job} />
          <Holdups job={job} />
        </aside>
      )}
    </div>
  );
}
