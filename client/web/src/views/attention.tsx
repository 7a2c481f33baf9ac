// The first failure with its last lines, and what is slow or waits for whom.
import { useMemo } from "preact/hooks";
import { now } from "../app/clock";
import { hasEnded, type Job, shortName } from "../api/types";
import { useCall } from "../app/call";
import { holdups, type Holdup } from "../job/attention";
import { firstFailure } from "../job/verdict";
import { plain } from "../job/wording";
import { Mark } from "../ui/mark";
import { Lasting } from "../ui/when";
import { retryJob } from "./actions";

const LAST_LINES = 12;

export function Failure({ job }: { job: Job }) {
  const { busy, error, call } = useCall();
  const failure = firstFailure(job);
  if (!failure) return null;
  const { target, step } = failure;
  const result = step?.result;
  const tail = plain(result?.outputTail ?? "").trimEnd().split("\n").slice(-LAST_LINES).join("\n");
  const where = step ? step.id : "reaching it";
  return (
    <section class="card failure" aria-label="First failure" data-testid="failure">
      <header><Mark is="failed" /><h2 class="cut">{where}</h2><span class="muted small">on</span><a class="link cut" href={`/${target.resource}`}>{shortName(target.resource)}</a></header>
      <div class="inside">
        <p>{result?.message ?? step?.reason ?? target.reason}</p>
        {result?.hint ? <p class="muted">{result.hint}</p> : null}
        {tail ? <pre class="lines" tabIndex={0} aria-label="Last lines of output">{tail}</pre> : null}
        {error ? <p class="notice" role="alert">{error}</p> : null}
        <div class="actions">
          {hasEnded(job.state) && job.mode !== "PLAN" ? <button class="button" disabled={busy} onClick={() => call(() => retryJob(job.name ?? ""))}>Retry</button> : <span class="muted">Retry is possible when the job has ended.</span>}
          {result?.errorCode ? <code class="tag">{result.errorCode}</code> : null}
        </div>
      </div>
    </section>
  );
}

const MARKS: Record<Holdup["kind"], "waiting" | "retrying" | "running"> = { person: "waiting", queue: "waiting", wait: "waiting", retry: "retrying", slow: "running" };
const TITLES: Record<Holdup["kind"], string> = { person: "waits for you", queue: "queued", wait: "waits", retry: "retries", slow: "running" };

export function Holdups({ job }: { job: Job }) {
  const time = now.value;
  // With the clock and not with each frame: it looks at every step of every host. `targets` is another list for another job or sequence.
  const list = useMemo(() => holdups(job, time, 8), [time, job.targets, job.state, job.pauseRequested]);
  if (list.length === 0) return null;
  return (
    <section class="card" aria-label="Slow or waiting">
      <header><h2>Slow or waiting</h2></header>
      <ul class="holdups" data-testid="holdups">
        {list.map((item) => (
          <li key={item.key}>
            <Mark is={MARKS[item.kind]} quiet />
            <span class="cut">{item.host ? <><a class="link" href={`/resources/${item.host}`}>{item.host}</a> {TITLES[item.kind]}</> : item.kind === "person" ? "The job waits for you" : "Hosts wait"}</span>
            <span class="muted"><Lasting from={item.since} to={NaN} /></span>
            <p>{item.what}{item.hostKeyUnknown ? <> <a class="link" href={`/resources/${item.host}`}>Compare its key</a></> : null}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
