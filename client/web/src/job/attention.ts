// What holds the job up: who waits, for whom, and which steps take long. Pure: the time is an argument.
import { hasEnded, type Job, millis, shortName } from "../api/types";
import { spellDuration } from "./verdict";

export interface Holdup {
  key: string;
  kind: "person" | "queue" | "retry" | "wait" | "slow";
  host: string;
  targetIndex: number;
  what: string; // one sentence
  since: number; // milliseconds; NaN: not known
  hostKeyUnknown: boolean;
}

const ORDER = ["person", "retry", "queue", "wait", "slow"];
const SLOW_MS = 3000;

export function holdups(job: Job, now: number, limit: number): Holdup[] {
  const found: Holdup[] = [];
  if (hasEnded(job.state)) return found;
  (job.targets ?? []).forEach((target, targetIndex) => {
    const host = shortName(target.resource);
    const base = { host, targetIndex, hostKeyUnknown: target.reasonCode === "HOST_KEY_UNKNOWN" };
    if (target.state === "PAUSED" || target.state === "AWAITING_APPROVAL") {
      found.push({ ...base, key: `${targetIndex}`, kind: "person", what: target.reason ?? "waits for a person", since: millis(target.startTime) });
    } else if (target.state === "QUEUED") {
      found.push({ ...base, key: `${targetIndex}`, kind: "queue", what: target.reason ?? "waits for a free place", since: millis(job.createTime) });
    }
    if (hasEnded(target.state)) return;
    for (const step of target.steps ?? []) {
      const common = { ...base, key: `${targetIndex}.${step.id}`, since: millis(step.startTime) };
      if (step.state === "RETRYING") {
        const next = millis(step.nextAttemptTime) - now;
        found.push({ ...common, kind: "retry", what: `${step.id}: attempt ${(step.attempt ?? 1) + 1} ${next > 0 ? `in ${spellDuration(next)}` : "now"}: ${step.reason || step.result?.message || "it failed"}` });
      } else if (step.state === "WAITING") {
        found.push({ ...common, kind: "wait", what: `${step.id}: ${step.reason ?? "waits"}` });
      } else if (step.state === "RUNNING" && now - common.since > SLOW_MS) {
        found.push({ ...common, kind: "slow", what: `${step.id}${step.progress?.message ? `: ${step.progress.message}` : ""}` });
      }
    }
  });
  found.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.since - b.since);
  return found.slice(0, limit);
}
