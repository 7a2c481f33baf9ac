// What holds the job up: who waits, for whom, and which steps take long. Pure: the time is an argument.
import { hasEnded, type Job, millis, shortName } from "../api/types";
import { spellDuration } from "./verdict";
import { waveName } from "./waves";

export interface Holdup {
  key: string;
  kind: "person" | "queue" | "retry" | "wait" | "slow";
  host: string; // "": the job itself, or a wave of it
  targetIndex: number;
  what: string; // one sentence
  since: number; // milliseconds; NaN: not known
  hostKeyUnknown: boolean;
}

const ORDER = ["person", "retry", "queue", "wait", "slow"];
const SLOW_MS = 3000;
// Of hosts that wait for their wave, its soak, or a person.
const GROUPED: ReadonlySet<string> = new Set(["LATER_WAVE", "WAVE_SOAK", "PAUSED"]);

// What a person has decided, or has to, for the job as a whole.
function ofJob(job: Job): Holdup[] {
  const base = { host: "", targetIndex: -1, hostKeyUnknown: false, kind: "person" as const };
  if (job.state === "AWAITING_APPROVAL") return [{ ...base, key: "approval", what: job.reason || "it waits for an approval", since: millis(job.createTime) }];
  if (!job.pauseRequested) return [];
  const what = job.state === "PAUSED" ? job.reason || "it is paused" : "it will be paused: hosts at work come to their end first";
  return [{ ...base, key: "pause", what, since: NaN }];
}

// Hosts that wait for the same thing are said once for each wave.
function ofWaves(job: Job): Holdup[] {
  const waiting = new Map<string, { wave: number; hosts: number; what: string }>();
  for (const target of job.targets ?? []) {
    if (target.state !== "QUEUED" || !GROUPED.has(target.reasonCode ?? "")) continue;
    const wave = target.wave ?? 0;
    const key = `${target.reasonCode} ${wave}`;
    const group = waiting.get(key) ?? { wave, hosts: 0, what: target.reason ?? "" };
    group.hosts += 1;
    waiting.set(key, group);
  }
  return [...waiting].map(([key, { wave, hosts, what }]) => ({
    key, kind: "wait", host: "", targetIndex: -1, since: NaN, hostKeyUnknown: false,
    what: `${hosts} host${hosts === 1 ? "" : "s"}${job.waves?.length ? ` of ${waveName(job, wave)}` : ""}: ${what}`,
  }));
}

export function holdups(job: Job, now: number, limit: number): Holdup[] {
  if (hasEnded(job.state)) return [];
  const found: Holdup[] = [...ofJob(job), ...ofWaves(job)];
  (job.targets ?? []).forEach((target, targetIndex) => {
    const host = shortName(target.resource);
    const base = { host, targetIndex, hostKeyUnknown: target.reasonCode === "HOST_KEY_UNKNOWN" };
    if (target.state === "PAUSED" || target.state === "AWAITING_APPROVAL") {
      found.push({ ...base, key: `${targetIndex}`, kind: "person", what: target.reason ?? "waits for a person", since: millis(target.startTime) });
    } else if (target.state === "QUEUED" && !GROUPED.has(target.reasonCode ?? "")) {
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
