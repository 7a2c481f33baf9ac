// The variables that a spec declares, read from a document that is still being written.
import type { Environment } from "../api/types";

export type VariableType = "STRING" | "INT" | "BOOL" | "LIST" | "SECRET";
export interface Declared {
  name: string;
  type: VariableType;
  description: string;
  default: string | undefined;
}
// What was typed, by keyOf(variable). Only in memory: a SECRET is in no address, storage or log.
export type Values = Record<string, string>;

const TYPES: readonly string[] = ["STRING", "INT", "BOOL", "LIST", "SECRET"];

// With its type: what was typed as a SECRET never turns up in a field that shows it.
export const keyOf = (variable: Declared): string => `${variable.type} ${variable.name}`;

const textOf = (value: unknown): string | undefined =>
  ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;

// Whatever is there already; half-written entries are left out.
export function declaredIn(spec: unknown): Declared[] {
  const list = (spec as { variables?: unknown } | null | undefined)?.variables;
  if (!Array.isArray(list)) return [];
  const found = new Map<string, Declared>();
  for (const entry of list as unknown[]) {
    if (typeof entry !== "object" || entry === null) continue;
    const { name, type, description, default: given } = entry as Record<string, unknown>;
    if (typeof name !== "string" || !/^[A-Za-z]\w*$/.test(name) || found.has(name)) continue;
    found.set(name, {
      name, type: typeof type === "string" && TYPES.includes(type) ? (type as VariableType) : "STRING",
      description: textOf(description) ?? "", default: type === "SECRET" ? undefined : textOf(given),
    });
  }
  return [...found.values()];
}

// Where a value comes from when none is typed, in the order in which the engine looks.
export function fallback(variable: Declared, environment: Environment | undefined): { value: string; from: "environment" | "default" } | undefined {
  const value = environment?.variables?.[variable.name];
  if (value !== undefined && variable.type !== "SECRET") return { value, from: "environment" };
  return variable.default === undefined ? undefined : { value: variable.default, from: "default" };
}

// What a request gives: typed values of declared variables. An empty field gives none.
export function givenValues(declared: readonly Declared[], values: Values): Record<string, string> {
  const given: Record<string, string> = {};
  for (const variable of declared) {
    const value = values[keyOf(variable)];
    if (value) given[variable.name] = value;
  }
  return given;
}
