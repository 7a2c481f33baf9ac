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

// JSON is YAML too. Scalars stay as they are written, as `pe` reads them: what is text, a number or a truth is the contract's to
// say, so `mode: 0644` and `version: 1.0` keep their zeros. The gateway takes numbers and truths as text.
export async function fromYaml(text: string): Promise<unknown> {
  const { FAILSAFE_SCHEMA, load } = await import("js-yaml");
  try {
    return load(text, { schema: FAILSAFE_SCHEMA });
  } catch (error) {
    const { reason, mark } = error as { reason?: string; mark?: { line: number; column: number } };
    throw new YamlError(reason ?? String(error), (mark?.line ?? 0) + 1, (mark?.column ?? 0) + 1);
  }
}
