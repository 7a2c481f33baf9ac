// A rollout as five short texts that a person types, and in the words of `pe environment`.
import type { Rollout, Share } from "../api/types";

export interface RolloutFields {
  canary: string; // "1" hosts or "10%"
  waves: string; // "5, 25%"
  budget: string;
  soak: string; // "1h30m"
  pause: boolean;
}
export type Problems = Record<string, string>; // by path of the field in the API's JSON: "rollout.canary"

export const NO_ROLLOUT: RolloutFields = { canary: "", waves: "", budget: "", soak: "", pause: false };
const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

const shareText = (share: Share): string => (share.percent === undefined ? String(share.count ?? 0) : `${share.percent}%`);

function shareFrom(text: string): Share | undefined {
  const match = /^(\d{1,9})\s*(%?)$/.exec(text.trim());
  if (!match) return undefined;
  return match[2] ? { percent: Number(match[1]) } : { count: Number(match[1]) };
}

// "5400s" as "1h30m", which is how the engine's command line writes it.
export function durationText(duration: string): string {
  const seconds = Number.parseFloat(duration);
  if (!(seconds > 0)) return "0";
  if (seconds < 1) return `${Number((seconds * 1000).toFixed(6))}ms`;
  const rest = Number((seconds % 60).toFixed(9));
  const minutes = Math.floor(seconds / 60);
  return `${minutes >= 60 ? `${Math.floor(minutes / 60)}h` : ""}${minutes % 60 ? `${minutes % 60}m` : ""}${rest ? `${rest}s` : ""}`;
}

// The API's "5400s" of "1h30m" and of "90" (seconds); undefined when it is none.
export function durationFrom(text: string): string | undefined {
  const plain = text.replace(/\s+/g, "");
  if (/^\d+(\.\d+)?$/.test(plain)) return `${plain}s`;
  if (!/^(\d+(\.\d+)?(ms|min|s|m|h|d))+$/.test(plain)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of plain.matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h|d)/g)) seconds += Number(count) * UNITS[unit!]!;
  return `${Number(seconds.toFixed(9))}s`;
}

export function fieldsOf(rollout: Rollout | undefined): RolloutFields {
  return {
    canary: rollout?.canary ? shareText(rollout.canary) : "",
    waves: (rollout?.waves ?? []).map(shareText).join(", "),
    budget: rollout?.failureBudget ? shareText(rollout.failureBudget) : "",
    soak: rollout?.soak ? durationText(rollout.soak) : "",
    pause: rollout?.pauseAfterCanary ?? false,
  };
}

// What cannot be read; whether it makes sense (0 hosts, 120%) is the engine's to say.
export function rolloutProblems(fields: RolloutFields): Problems {
  const problems: Problems = {};
  const share = "a number of hosts, or a part of them like 10%";
  if (fields.canary.trim() && !shareFrom(fields.canary)) problems["rollout.canary"] = `Not ${share}.`;
  if (fields.budget.trim() && !shareFrom(fields.budget)) problems["rollout.failureBudget"] = `Not ${share}.`;
  const wrong = listOf(fields.waves).find((one) => !shareFrom(one));
  if (wrong !== undefined) problems["rollout.waves"] = `"${wrong}" is not ${share}.`;
  if (fields.soak.trim() && !durationFrom(fields.soak)) problems["rollout.soak"] = "Not a time like 90s, 5m or 1h30m.";
  return problems;
}

// The rollout of the fields. The health gate has none and is kept, as is a soak finer than its text.
export function rolloutFrom(fields: RolloutFields, base?: Rollout): Rollout | undefined {
  const rollout: Rollout = {};
  const canary = shareFrom(fields.canary);
  const budget = shareFrom(fields.budget);
  const waves = listOf(fields.waves).map(shareFrom).filter((one): one is Share => one !== undefined);
  const soak = fields.soak.trim() ? durationFrom(fields.soak) : undefined;
  if (canary) rollout.canary = canary;
  if (waves.length > 0) rollout.waves = waves;
  if (budget) rollout.failureBudget = budget;
  if (soak) rollout.soak = base?.soak && durationText(base.soak) === fields.soak ? base.soak : soak;
  if (base?.healthGate?.length) rollout.healthGate = base.healthGate;
  if (fields.pause) rollout.pauseAfterCanary = true;
  return Object.keys(rollout).length > 0 ? rollout : undefined;
}

export function rolloutWords(rollout: Rollout | undefined): string {
  const parts: string[] = [];
  if (rollout?.canary) parts.push(`canary ${shareText(rollout.canary)}`);
  if (rollout?.waves?.length) parts.push(`waves of ${rollout.waves.map(shareText).join(", ")}`);
  if (rollout?.failureBudget) parts.push(`up to ${shareText(rollout.failureBudget)} failures`);
  if (rollout?.soak) parts.push(`soak ${durationText(rollout.soak)}`);
  const probes = rollout?.healthGate?.length ?? 0;
  if (probes > 0) parts.push(`health gate of ${probes} ${probes === 1 ? "probe" : "probes"}`);
  if (rollout?.pauseAfterCanary) parts.push("pause after the canary");
  return parts.length > 0 ? parts.join(", ") : "all at once";
}

const listOf = (text: string): string[] => text.split(",").map((one) => one.trim()).filter(Boolean);
