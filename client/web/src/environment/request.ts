// What the apply form asks the engine for.
import type { Violation } from "../api/http";
import type { Environment, ProvisionRequest } from "../api/types";
import { problemsFrom } from "./edit";
import { type Problems, rolloutFrom, type RolloutFields } from "./rollout";

export function targetsFrom(text: string): NonNullable<ProvisionRequest["targets"]> {
  return text.split(/[\s,]+/).filter(Boolean).map((one) => {
    if (one.includes("://")) return { inline: { address: one } };
    if (one.includes("=")) return { labelSelector: one };
    return { resource: one.startsWith("resources/") ? one : `resources/${one}` };
  });
}

// A rollout of the job's own, even one that asks for nothing: "all at once" where the environment has waves.
export const ownRollout = (own: RolloutFields | undefined, environment: Environment | undefined): Pick<ProvisionRequest, "rollout"> =>
  own === undefined ? {} : { rollout: rolloutFrom(own, environment?.rollout) ?? {} };

// Violations by the field that shows them: a variable's name, "rollout.waves".
export function applyProblems(violations: readonly Violation[]): Problems {
  const problems = problemsFrom(violations);
  for (const { field, description } of violations) {
    const name = /^variables\W+(\w+)/.exec(field)?.[1];
    if (name) problems[name] = description;
  }
  return problems;
}
