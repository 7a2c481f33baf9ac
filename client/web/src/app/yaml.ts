// YAML, loaded when a view needs it.
export class YamlError extends Error {
  constructor(message: string, readonly line: number, readonly column: number) {
    super(message);
  }
}

export async function toYaml(value: unknown): Promise<string> {
  const { dump } = await import("js-yaml");
  return dump(value, { lineWidth: 120, noRefs: true });
}

// JSON is YAML too. Times and the like stay text (as the engine reads them).
export async function fromYaml(text: string): Promise<unknown> {
  const { CORE_SCHEMA, load } = await import("js-yaml");
  try {
    return load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    const { reason, mark } = error as { reason?: string; mark?: { line: number; column: number } };
    throw new YamlError(reason ?? String(error), (mark?.line ?? 0) + 1, (mark?.column ?? 0) + 1);
  }
}
