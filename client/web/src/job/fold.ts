// fold: a job's state is its events, applied one after the other; the same function as the engine's server/engine/fold.cc,
// so that the page shows at sequence N what the engine had at N. No clock, no I/O. Two things are the engine's alone:
// `undoUntil` (its limits are not in the log) and the cut of very long diffs.
import { type Event, hasEnded, type Job, number, type Step, type StepCounts, type StepState, stepHasEnded, type Target } from "../api/types";

type Counter = Exclude<keyof StepCounts, "total">;
const COUNTERS: Partial<Record<StepState, Counter>> = {
  RUNNING: "running", RETRYING: "running", UNCHANGED: "unchanged", CHANGED: "changed", SKIPPED: "skipped",
  FAILED: "failed", OUTCOME_UNKNOWN: "failed", CANCELLED: "cancelled", UNDONE: "undone",
};

function count(state: StepState | undefined, by: number, counts: StepCounts): void {
  const counter = COUNTERS[state ?? "PENDING"] ?? "pending";
  counts[counter] = (counts[counter] ?? 0) + by;
}

function foldJobState(event: Event, job: Job): void {
  const change = event.state!;
  job.state = change.state;
  job.reason = change.reason;
  if (number(change.admission) !== 0) job.admission = change.admission;
  if (change.state === "PLANNING") job.startTime ??= event.time;
  if (hasEnded(change.state)) job.endTime = event.time;
}

function foldWave(event: Event, job: Job): void {
  const change = event.wave!;
  const index = change.wave ?? 0; // 0 is a default, so it is absent in JSON
  const wave = job.waves?.[index];
  if (!wave) throw new Error(`no wave ${index}`);
  wave.state = change.state;
  wave.reason = change.reason;
  wave.reasonCode = change.reasonCode;
  if (change.state === "RUNNING") wave.startTime ??= event.time;
  if (hasEnded(change.state)) wave.endTime = event.time;
}

function foldJob(event: Event, job: Job): void {
  if (event.created?.job) {
    for (const key of Object.keys(job)) delete job[key as keyof Job];
    Object.assign(job, structuredClone(event.created.job));
  } else if (event.state) {
    foldJobState(event, job);
  } else if (event.cancelRequested) {
    job.cancelRequested = true;
  } else if (event.approval) {
    job.approval = event.approval;
  } else if (event.wave) {
    foldWave(event, job);
  } else if (event.pause) {
    job.pauseRequested = event.pause.paused ?? false;
  }
}

function foldTarget(event: Event, job: Job, target: Target): void {
  if (event.state) {
    target.state = event.state.state;
    target.reason = event.state.reason;
    target.reasonCode = event.state.reasonCode;
    if (event.state.transport) target.transport = event.state.transport;
    if (event.state.state === "PLANNING") target.startTime ??= event.time;
    if (hasEnded(event.state.state)) target.endTime = event.time;
  } else if (event.planned) {
    target.stage = event.planned.stage;
    target.stages = event.planned.stages;
    const steps = (target.steps ??= []);
    for (const step of event.planned.steps ?? []) {
      steps.push({ ...step });
      for (const counts of [(target.counts ??= {}), (job.counts ??= {})]) {
        counts.total = (counts.total ?? 0) + 1;
        count(step.state, 1, counts);
      }
    }
  } else if (event.facts) {
    target.facts = event.facts;
  } else if (event.handlers) {
    target.pendingHandlers = event.handlers.pending;
  }
}

function foldStepState(event: Event, job: Job, target: Target, step: Step): void {
  const change = event.stepState!;
  for (const counts of [(target.counts ??= {}), (job.counts ??= {})]) {
    count(step.state, -1, counts);
    count(change.state, 1, counts);
  }
  if (change.state === "CHANGED" && job.mode === "PLAN") job.plannedChanges = (job.plannedChanges ?? 0) + 1;
  const begins = step.startTime === undefined || (event.attempt ?? 0) > (step.attempt ?? 0);
  if (begins && change.state !== "SKIPPED") step.startTime = event.time;
  step.state = change.state;
  step.reason = change.reason;
  if (event.attempt) step.attempt = event.attempt;
  if (change.result) step.result = change.result;
  step.nextAttemptTime = change.nextAttemptTime;
  if (stepHasEnded(change.state)) {
    step.endTime = event.time;
    delete step.progress;
  }
}

// Applies `event` to `job`, which is changed. Throws when the event does not continue the log: a hole is never painted over.
export function fold(event: Event, job: Job): void {
  const seq = number(event.seq);
  if (seq !== number(job.lastSeq) + 1) throw new Error(`event ${seq} does not follow ${number(job.lastSeq)}`);
  const targetIndex = event.target ?? 0; // 0 is a default, so it is absent in JSON
  const stepIndex = event.step ?? 0;
  if (targetIndex < 0) {
    foldJob(event, job);
  } else {
    const target = job.targets?.[targetIndex];
    if (!target) throw new Error(`no target ${targetIndex}`);
    if (stepIndex < 0) {
      foldTarget(event, job, target);
    } else {
      const step = target.steps?.[stepIndex];
      if (!step) throw new Error(`no step ${stepIndex} on target ${targetIndex}`);
      if (event.stepState) foldStepState(event, job, target, step);
      else if (event.progress) step.progress = event.progress;
      else if (event.diff) step.diff = event.diff.text;
    }
  }
  job.lastSeq = String(seq);
}

// The job as it was at sequence `seq`; `events` begin with sequence 1.
export function replay(events: readonly Event[], seq: number): Job {
  const job: Job = {};
  const end = Math.min(seq, events.length);
  for (let i = 0; i < end; ++i) fold(events[i]!, job);
  return job;
}
