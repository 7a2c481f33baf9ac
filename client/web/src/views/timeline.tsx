// Where the time went: each host's steps on one axis.
import { now } from "../app/clock";
import { param } from "../app/router";
import { hasEnded, type Job, millis } from "../api/types";
import type { Feed } from "../job/feed";
import { arrange, markOf, type Row } from "../job/rows";
import { spellDuration } from "../job/verdict";
import { MARK_WORDS } from "../ui/mark";
import { Virtual } from "../ui/virtual";

function Bars({ row, from, span, end }: { row: Row; from: number; span: number; end: number }) {
  return (
    <span class="track">
      {(row.target.steps ?? []).map((step) => {
        const begin = millis(step.startTime);
        if (Number.isNaN(begin)) return null;
        const finish = step.endTime ? millis(step.endTime) : end;
        const mark = markOf(step.state);
        return (
          <i class={mark} title={`${step.id}: ${MARK_WORDS[mark]}, ${spellDuration(finish - begin)}`}
            style={{ left: `${((begin - from) / span) * 100}%`, width: `${Math.max(0, ((finish - begin) / span) * 100)}%` }} />
        );
      })}
    </span>
  );
}

export function TimelineView({ feed, job }: { feed: Feed; job: Job }) {
  const rows = arrange(feed.gridRows(), "name", param("errors") === "1", param("q"));
  const from = millis(job.startTime ?? job.createTime);
  const end = hasEnded(job.state) ? millis(job.endTime) : now.value;
  const span = Math.max(1, end - from);
  return (
    <section class="card gantt" aria-label="Timeline">
      <div class="axis"><span>Host</span><div>{[0, 0.25, 0.5, 0.75, 1].map((share) => <span>{spellDuration(span * share)}</span>)}</div></div>
      {rows.length === 0 ? <p class="empty">No host to show.</p> : null}
      <Virtual count={rows.length} rowHeight={30} row={(i, top) => (
        <div class="row" key={rows[i]!.index} style={{ transform: `translateY(${top}px)` }}>
          <span class="cut small">{rows[i]!.name}</span>
          <Bars row={rows[i]!} from={from} span={span} end={end} />
        </div>
      )} />
    </section>
  );
}
