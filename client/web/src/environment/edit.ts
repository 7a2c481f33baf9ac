// An environment being edited: what the fields hold, what of it is new, and how it goes on when somebody else was faster.
import type { Violation } from "../api/http";
import type { Environment } from "../api/types";
import { fieldsOf, NO_ROLLOUT, type Problems, rolloutFrom, type RolloutFields, rolloutProblems, rolloutWords } from "./rollout";

export interface Pair {
  name: string;
  value: string;
}
export interface Draft {
  description: string;
  approval: boolean;
  parallelism: string;
  variables: Pair[];
  rollout: RolloutFields;
}
export const NEW_DRAFT: Draft = { description: "", approval: false, parallelism: "", variables: [], rollout: NO_ROLLOUT };

const sorted = (map: Record<string, string> | undefined): Pair[] =>
  Object.entries(map ?? {}).map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
const mapOf = (pairs: readonly Pair[]): Record<string, string> => Object.fromEntries(pairs.filter((pair) => pair.name.trim()).map((pair) => [pair.name.trim(), pair.value]));
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function draftOf(environment: Environment): Draft {
  return {
    description: environment.description ?? "", approval: environment.approvalRequired ?? false,
    parallelism: environment.parallelism ? String(environment.parallelism) : "",
    variables: sorted(environment.variables), rollout: fieldsOf(environment.rollout),
  };
}

export function environmentFrom(draft: Draft, base: Environment = {}): Environment {
  const rollout = rolloutFrom(draft.rollout, base.rollout);
  return {
    ...(base.name ? { name: base.name } : {}), ...(base.etag ? { etag: base.etag } : {}),
    description: draft.description.trim(), approvalRequired: draft.approval, parallelism: Number(draft.parallelism || 0),
    variables: mapOf(draft.variables), ...(rollout ? { rollout } : {}),
  };
}

// The fields that differ; a field that is cleared is only cleared because it is named here.
export function maskOf(draft: Draft, base: Environment): string[] {
  const before = draftOf(base);
  const mask: string[] = [];
  if (draft.description.trim() !== before.description) mask.push("description");
  if (!same(sorted(mapOf(draft.variables)), before.variables)) mask.push("variables");
  if (!same(draft.rollout, before.rollout)) mask.push("rollout");
  if (Number(draft.parallelism || 0) !== Number(before.parallelism || 0)) mask.push("parallelism");
  if (draft.approval !== before.approval) mask.push("approvalRequired");
  return mask;
}

// What can be said before the engine is asked.
export function draftProblems(draft: Draft): Problems {
  const problems: Problems = rolloutProblems(draft.rollout);
  if (!/^\d{0,9}$/.test(draft.parallelism.trim())) problems.parallelism = "Not a number of hosts.";
  const names = draft.variables.map((pair) => pair.name.trim());
  const twice = names.find((name, i) => name && names.indexOf(name) !== i);
  if (twice) problems.variables = `${twice} is there twice.`;
  if (draft.variables.some((pair) => !pair.name.trim() && pair.value)) problems.variables = "A value has no name.";
  return problems;
}

// Violations of the engine by the field that shows them: "environment.rollout.waves[0].percent" is at "rollout.waves".
export function problemsFrom(violations: readonly Violation[]): Problems {
  const problems: Problems = {};
  for (const { field, description } of violations) {
    const path = field.replace(/^environment\./, "").replace(/failure_budget/, "failureBudget");
    const key = /^rollout\.\w+/.exec(path)?.[0] ?? /^\w+/.exec(path)?.[0] ?? path;
    problems[key] = problems[key] ? `${problems[key]}; ${description}` : description;
  }
  return problems;
}

const pick = <T>(mine: T, base: T, theirs: T): T => (same(mine, base) ? theirs : mine);

// The draft on top of what somebody else has made of `base`: what was typed stays, what was not touched is theirs.
export function rebase(draft: Draft, base: Environment, theirs: Environment): Draft {
  const was = draftOf(base);
  const now = draftOf(theirs);
  const [mine, old, others] = [mapOf(draft.variables), base.variables ?? {}, theirs.variables ?? {}];
  const merged: Record<string, string> = {};
  for (const name of new Set([...Object.keys(others), ...Object.keys(mine)])) {
    const value = pick(mine[name], old[name], others[name]);
    if (value !== undefined) merged[name] = value;
  }
  const rollout = { ...draft.rollout };
  for (const key of ["canary", "waves", "budget", "soak"] as const) rollout[key] = pick(draft.rollout[key], was.rollout[key], now.rollout[key]);
  rollout.pause = pick(draft.rollout.pause, was.rollout.pause, now.rollout.pause);
  return {
    description: pick(draft.description, was.description, now.description), approval: pick(draft.approval, was.approval, now.approval),
    parallelism: pick(draft.parallelism, was.parallelism, now.parallelism), rollout,
    variables: [...sorted(merged), ...draft.variables.filter((pair) => !pair.name.trim() && pair.value)],
  };
}

// What somebody else has changed, a line each, in words.
export function changesBetween(base: Environment, theirs: Environment): string[] {
  const lines: string[] = [];
  for (const field of maskOf(draftOf(theirs), base)) {
    if (field === "description") lines.push(theirs.description ? `Description: “${theirs.description}”` : "Description: none");
    if (field === "approvalRequired") lines.push(theirs.approvalRequired ? "Jobs wait for an approval" : "Jobs need no approval");
    if (field === "parallelism") lines.push(parallelismWords(theirs));
    if (field === "rollout") lines.push(`Rollout: ${rolloutWords(theirs.rollout)}`);
    if (field !== "variables") continue;
    for (const name of new Set([...Object.keys(base.variables ?? {}), ...Object.keys(theirs.variables ?? {})])) {
      const value = theirs.variables?.[name];
      if (value !== base.variables?.[name]) lines.push(value === undefined ? `Variable ${name}: removed` : `Variable ${name}: ${value}`);
    }
  }
  return lines;
}

export const parallelismWords = (environment: Environment): string =>
  environment.parallelism ? `${environment.parallelism} host${environment.parallelism === 1 ? "" : "s"} at a time` : "As many hosts at a time as the engine allows";
