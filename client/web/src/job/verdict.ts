// One sentence that says how the job stands, and about how long it will still take. Pure: the time is an argument.
import { hasEnded, type Job, millis, shortName, stepFailed, type Step, type Target, wentWrong } from "../api/types";

export type Tone = "good" | "bad" | "busy" | "waiting" | "quiet";
export interface Verdict {
  text: string;
  tone: Tone;
}

export interface Failure {
  target: Target;
  targetIndex: number;
  step?: Step; // absent: the host itself failed
  at: number; // milliseconds
}

export function firstFailure(job: Job): Failure | undefined {
  let first: Failure | undefined;
  (job.targets ?? []).forEach((target, targetIndex) => {
    const step = (target.steps ?? []).find((candidate) => stepFailed(candidate.state));
    if (!step && !wentWrong(target.state)) return;
    const at = millis(step?.endTime ?? target.endTime) || 0;
    if (!first || at < first.at) first = { target, targetIndex, at, ...(step ? { step } : {}) };
  });
  return first;
}

export function spellDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}\u00a0s`;
  if (seconds < 60) return `${Math.round(seconds)}\u00a0s`;
  const minutes = seconds / 60;
  if (minutes < 10) return `${Math.floor(minutes)}\u00a0min\u00a0${Math.round(seconds - Math.floor(minutes) * 60)}\u00a0s`;
  if (minutes < 90) return `${Math.round(minutes)}\u00a0min`;
  return minutes < 48 * 60 ? `${(minutes / 60).toFixed(1)}\u00a0h` : `${Math.round(minutes / 1440)}\u00a0days`;
}

// Milliseconds left, from what finished hosts or finished steps took; undefined while there is too little to go by.
export function timeLeft(job: Job, now: number): number | undefined {
  const started = millis(job.startTime);
  const targets = job.targets ?? [];
  if (hasEnded(job.state) || Number.isNaN(started) || targets.length === 0) return undefined;
  let share = 0;
  for (const target of targets) {
    const counts = target.counts;
    const ended = counts ? (counts.total ?? 0) - (counts.pending ?? 0) - (counts.running ?? 0) : 0;
    share += hasEnded(target.state) ? 1 : counts?.total ? ended / counts.total : 0;
  }
  share /= targets.length;
  const elapsed = now - started;
  return share < 0.08 || elapsed < 2000 ? undefined : (elapsed / share) * (1 - share);
}

const roughly = (left: number): string => {
  if (left < 20_000) return "a few seconds left";
  if (left < 55_000) return `about ${Math.round(left / 10_000) * 10}\u00a0s left`;
  return `about ${Math.max(1, Math.round(left / 60_000))}\u00a0min left`;
};

const hosts = (n: number): string => `${n} host${n === 1 ? "" : "s"}`;

function countTargets(job: Job) {
  const sum = { all: 0, ready: 0, failed: 0, running: 0, paused: 0, queued: 0 };
  for (const target of job.targets ?? []) {
    sum.all += 1;
    if (target.state === "SUCCEEDED") sum.ready += 1;
    else if (wentWrong(target.state) || (target.counts?.failed ?? 0) > 0) sum.failed += 1;
    else if (target.state === "PAUSED") sum.paused += 1;
    else if (target.state === "QUEUED" || target.state === "PENDING") sum.queued += 1;
    else if (!hasEnded(target.state)) sum.running += 1;
  }
  return sum;
}

function failedPart(job: Job, failed: number): string {
  const first = firstFailure(job);
  if (!first) return "";
  const where = first.step ? `at ${first.step.id} ` : first.target.state === "UNREACHABLE" ? "to be reached: " : "";
  return `${failed} failed ${first.step ? where : ""}on ${shortName(first.target.resource)}${failed > 1 ? " first" : ""}`;
}

const took = (job: Job): string => {
  const time = millis(job.endTime) - millis(job.startTime ?? job.createTime);
  return Number.isNaN(time) ? "" : ` in ${spellDuration(time)}`;
};

function changesPart(job: Job): string {
  const { changed = 0, unchanged = 0 } = job.counts ?? {};
  return changed === 0 && unchanged > 0 ? "; nothing had to change" : `; ${changed} changed, ${unchanged} unchanged`;
}

function ended(job: Job): Verdict {
  const sum = countTargets(job);
  if (job.state === "SUCCEEDED") {
    if (job.mode === "PLAN") {
      const changes = job.plannedChanges ?? 0;
      return { text: changes === 0 ? `Nothing would change on ${hosts(sum.all)}` : `${changes} step${changes === 1 ? "" : "s"} would change on ${hosts(sum.all)}`, tone: "good" };
    }
    if (job.mode === "ROLLBACK") return { text: `Undone on ${hosts(sum.all)}${took(job)}`, tone: "good" };
    return { text: `${sum.all === 1 ? "The host is" : `All ${sum.all} hosts are`} ready${took(job)}${changesPart(job)}`, tone: "good" };
  }
  const parts = [sum.ready > 0 || sum.failed > 0 ? `${sum.ready} of ${hosts(sum.all)} ready` : hosts(sum.all), failedPart(job, sum.failed)];
  const words: Record<string, string> = {
    FAILED: "failed", CANCELLED: "cancelled", TIMED_OUT: "ran out of time", ROLLED_BACK: "was rolled back", ROLLBACK_FAILED: "failed, and so did its undoing",
  };
  const tail = job.state === "FAILED" && sum.failed > 0 ? `ended${took(job)}` : `the job ${words[job.state ?? ""] === "cancelled" ? "was cancelled" : words[job.state ?? ""] ?? "ended"}${took(job)}`;
  return { text: [...parts, tail].filter(Boolean).join(", "), tone: job.state === "CANCELLED" || job.state === "ROLLED_BACK" ? "quiet" : "bad" };
}

// The job as a whole stands still until a person acts; the engine's reason says who held it and why.
function held(job: Job): string | undefined {
  if (job.state === "AWAITING_APPROVAL") return `waiting for approval: pe approve ${shortName(job.name)}`;
  return job.state === "PAUSED" ? job.reason || "paused" : undefined; // the reason says who, and "paused"
}

export function verdict(job: Job, now: number): Verdict {
  if (hasEnded(job.state)) return ended(job);
  const holding = job.cancelRequested ? undefined : held(job);
  const sum = countTargets(job);
  const parts = [`${sum.ready} of ${hosts(sum.all)} ${job.mode === "PLAN" ? "planned" : job.mode === "ROLLBACK" ? "undone" : "ready"}`];
  if (sum.failed > 0) parts.push(failedPart(job, sum.failed));
  if (holding) return { text: [...parts, holding].join(", "), tone: sum.failed > 0 ? "bad" : "waiting" };
  const wave = (job.waves ?? []).findIndex(({ state }) => state === "RUNNING");
  if (wave >= 0) parts.push(job.waves![wave]!.canary ? "at the canary" : `in wave ${wave + 1} of ${job.waves!.length}`);
  if (sum.paused > 0) parts.push(`${sum.paused} waiting for you`);
  if (job.state === "CANCELLING" || job.cancelRequested) parts.push("cancelling");
  else if (job.state === "ROLLING_BACK") parts.push("rolling back");
  else if (job.state === "QUEUED" || (sum.running === 0 && sum.queued > 0)) parts.push(`${sum.queued} queued`);
  const left = timeLeft(job, now);
  if (left !== undefined) parts.push(roughly(left));
  return { text: parts.join(", "), tone: sum.failed > 0 ? "bad" : sum.paused > 0 ? "waiting" : "busy" };
}
