import { expect, test } from "vitest";
import { fromYaml, YamlError } from "../../src/app/yaml";

test("scalars stay as they are written", async () => {
  const spec = await fromYaml("version: 1.0\nsteps: [{file: {mode: 0644}, parallel: true, timeout: 30s}]\nvariables: [{name: port, default: 8080}]\nempty:\n");
  expect(spec).toEqual({
    version: "1.0", steps: [{ file: { mode: "0644" }, parallel: "true", timeout: "30s" }], variables: [{ name: "port", default: "8080" }], empty: null,
  });
});

test("JSON is YAML, and an error has its place", async () => {
  expect(await fromYaml('{"name": "a\\nb", "steps": []}')).toEqual({ name: "a\nb", steps: [] });
  const error = await fromYaml("name: a\n  b: [").catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(YamlError);
  expect((error as YamlError).line).toBe(2);
});
