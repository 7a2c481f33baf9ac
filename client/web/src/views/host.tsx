// One host of a job: its steps, each with what it did, how long, and why it failed.
import { param, setParams } from "../app/router";
import { type Job, millis, shortName, stepFailed } from "../api/types";
import { markOf, type Row } from "../job/rows";
import { plain } from "../job/wording";
import { Mark, stateWords } from "../ui/mark";
import { Lasting } from "../ui/when";

export function HostPanel({ row }: { row: Row; job: Job }) {
  const { target } = row;
  const errorsOnly = param("errors") === "1";
  const steps = (target.steps ?? []).filter((step) => !errorsOnly || stepFailed(step.state) || step.state === "RETRYING");
  return (
    <section class="card chosen" aria-label={`Host ${row.name}`} data-testid="host">
      <header>
        <h2 class="cut"><a class="link" href={`/${target.resource}`}>{shortName(target.resource)}</a></h2>
        <span class="tag">{stateWords(target.state)}</span>
        <span class="muted small cut">{target.address}</span>
        <button class="button quiet" aria-label="Close host" onClick={() => setParams({ host: undefined })}>✕</button>
      </header>
      {target.reason ? <p class="inside small">{target.reason}</p> : null}
      <ol class="steps">
        {steps.map((step) => (
          <li key={step.id}>
            <div class="head">
              <Mark is={markOf(step.state)} />
              <span class="cut" title={step.title}>{step.id}{(step.attempt ?? 0) > 1 ? <span class="muted"> attempt {step.attempt}</span> : null}</span>
              <span class="muted"><Lasting from={millis(step.startTime)} to={millis(step.endTime)} /></span>
            </div>
            {step.progress?.message || step.result?.message || step.reason ? <p class="said">{step.result?.message ?? step.progress?.message ?? step.reason}</p> : null}
            {stepFailed(step.state) && step.result?.outputTail ? <pre class="lines" tabIndex={0} aria-label="Last lines of output">{plain(step.result.outputTail).trimEnd()}</pre> : null}
          </li>
        ))}
        {steps.length === 0 ? <li class="muted">{errorsOnly ? "No step with an error." : "No plan yet."}</li> : null}
      </ol>
    </section>
  );
}
