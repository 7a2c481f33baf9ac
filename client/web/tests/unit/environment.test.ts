// An environment's edit and rollout, and the variables of a spec that is being written.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorFrom } from "../../src/api/http";
import { changesBetween, draftOf, draftProblems, environmentFrom, maskOf, NEW_DRAFT, problemsFrom, rebase } from "../../src/environment/edit";
import { applyProblems, ownRollout, targetsFrom } from "../../src/environment/request";
import { durationFrom, durationText, fieldsOf, NO_ROLLOUT, rolloutFrom, rolloutProblems, rolloutWords } from "../../src/environment/rollout";
import { type Declared, declaredIn, fallback, givenValues } from "../../src/environment/variables";
import type { Environment, Rollout, Share } from "../../src/api/types";

describe("a rollout", () => {
  const share: fc.Arbitrary<Share> = fc.oneof(fc.integer({ min: 0, max: 10_000 }).map((count) => ({ count })), fc.integer({ min: 0, max: 100 }).map((percent) => ({ percent })));
  const some: fc.Arbitrary<Rollout> = fc.record({
    canary: share, waves: fc.array(share, { minLength: 1, maxLength: 5 }), failureBudget: share, soak: fc.integer({ min: 1, max: 604_800_000 }).map((ms) => `${ms / 1000}s`),
    healthGate: fc.constant([{ tcp: { port: 80 } }] as unknown as NonNullable<Rollout["healthGate"]>), pauseAfterCanary: fc.constant(true),
  }, { requiredKeys: [] });
  it("is the same after it went through its fields", () => {
    fc.assert(fc.property(some, (rollout) => {
      const fields = fieldsOf(rollout);
      expect(rolloutProblems(fields)).toEqual({});
      expect(rolloutFrom(fields, rollout) ?? {}).toEqual(rollout);
    }));
  });
  it("keeps a soak that its text rounds, as long as nobody changes it", () => {
    const rollout = { soak: "0.000000001s" };
    expect(rolloutFrom(fieldsOf(rollout), rollout)).toEqual(rollout);
  });
  it("is none without fields, and keeps a health gate that no field shows", () => {
    expect(rolloutFrom(NO_ROLLOUT)).toBeUndefined();
    expect(rolloutFrom(NO_ROLLOUT, { canary: { count: 1 }, healthGate: [{}] })).toEqual({ healthGate: [{}] });
  });
  it("is said as the command line says it", () => {
    expect(rolloutWords(undefined)).toBe("all at once");
    expect(rolloutWords({ canary: { count: 1 }, waves: [{ count: 5 }, { percent: 25 }], failureBudget: { percent: 0 }, soak: "5400s", healthGate: [{}], pauseAfterCanary: true }))
      .toBe("canary 1, waves of 5, 25%, up to 0% failures, soak 1h30m, health gate of 1 probe, pause after the canary");
  });
  it("reads times as people write them", () => {
    expect(["90", "90s", "1m30s", "1 m 30 s", "1.5min"].map(durationFrom)).toEqual(Array(5).fill("90s"));
    expect(["500ms", "2d", "1h", "0"].map(durationFrom)).toEqual(["0.5s", "172800s", "3600s", "0s"]);
    expect(["", "soon", "5 parsecs", "-1s", "m"].map(durationFrom)).toEqual(Array(5).fill(undefined));
    expect(["90s", "3600s", "0.500s", "1.500s", "259200s", "0s"].map(durationText)).toEqual(["1m30s", "1h", "500ms", "1.5s", "72h", "0"]);
  });
  it("says what cannot be read, beside its field", () => {
    expect(Object.keys(rolloutProblems({ canary: "one", waves: "5, x%", budget: "-1", soak: "soon", pause: false })))
      .toEqual(["rollout.canary", "rollout.failureBudget", "rollout.waves", "rollout.soak"]);
  });
});

describe("an edit", () => {
  const base: Environment = { name: "environments/prod", description: "old", approvalRequired: true, parallelism: 4, variables: { a: "1", b: "2" }, rollout: { canary: { count: 1 } }, etag: "7" };
  it("of nothing has an empty mask and changes nothing", () => {
    expect(maskOf(draftOf(base), base)).toEqual([]);
    expect(environmentFrom(draftOf(base), base)).toEqual(base);
    expect(maskOf(NEW_DRAFT, {})).toEqual([]);
  });
  it("names what is cleared, which its value alone would not say", () => {
    const cleared = { ...NEW_DRAFT };
    expect(maskOf(cleared, base)).toEqual(["description", "variables", "rollout", "parallelism", "approvalRequired"]);
    expect(environmentFrom(cleared, base)).toEqual({ name: "environments/prod", etag: "7", description: "", approvalRequired: false, parallelism: 0, variables: {} });
  });
  it("says what is wrong before it is sent", () => {
    const draft = { ...NEW_DRAFT, parallelism: "many", variables: [{ name: "a", value: "1" }, { name: "a ", value: "2" }] };
    expect(draftProblems(draft)).toEqual({ parallelism: "Not a number of hosts.", variables: "a is there twice." });
    expect(draftProblems({ ...NEW_DRAFT, variables: [{ name: "", value: "x" }, { name: "", value: "" }] })).toEqual({ variables: "A value has no name." });
  });
  it("puts violations beside the fields that show them", () => {
    const at = (field: string) => Object.keys(problemsFrom([{ field, description: "" }]))[0];
    expect(["environment.variables", "environment.rollout.waves[0].percent", "environment.rollout.failure_budget.count", "environment_id", "rollout.canary.count"].map(at))
      .toEqual(["variables", "rollout.waves", "rollout.failureBudget", "environment_id", "rollout.canary"]);
  });
  it("keeps what was typed when somebody else was faster, and takes the rest from them", () => {
    const mine = { ...draftOf(base), description: "mine", variables: [{ name: "a", value: "mine" }, { name: "new", value: "3" }, { name: "", value: "typing" }] };
    const theirs: Environment = { ...base, description: "theirs", parallelism: 8, variables: { a: "theirs", b: "2", c: "4" }, rollout: { canary: { count: 1 }, soak: "60s" }, etag: "8" };
    const merged = rebase(mine, base, theirs);
    expect(merged).toMatchObject({ description: "mine", parallelism: "8", approval: true, rollout: { canary: "1", soak: "1m" } });
    expect(merged.variables).toEqual([{ name: "a", value: "mine" }, { name: "c", value: "4" }, { name: "new", value: "3" }, { name: "", value: "typing" }]);
    expect(changesBetween(base, theirs)).toEqual(["Description: “theirs”", "Variable a: theirs", "Variable c: 4", "Rollout: canary 1, soak 1m", "8 hosts at a time"]);
  });
  it("knows the reason of a refusal", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "ETAG_MISMATCH", domain: "provision.dev" }];
    expect(errorFrom(409, JSON.stringify({ code: 10, message: "changed", details }))).toMatchObject({ status: 409, message: "changed", reason: "ETAG_MISMATCH", violations: [] });
  });
});

describe("the variables of a spec", () => {
  const of = (variable: Partial<Declared>): Declared => ({ name: "v", type: "STRING", description: "", default: undefined, ...variable });
  it("are read from whatever is there", () => {
    expect(declaredIn({ variables: [{ name: "port", type: "INT", default: 80 }, { name: "token", type: "SECRET", default: "no" }, { name: "plain" }] })).toEqual([
      of({ name: "port", type: "INT", default: "80" }), of({ name: "token", type: "SECRET" }), of({ name: "plain" }),
    ]);
    expect(declaredIn({ variables: [null, "x", {}, { name: 3 }, { name: "a b" }, { name: "v", type: "SECR" }, { name: "v" }] })).toEqual([of({})]);
  });
  it("are none in anything else, without an error", () => {
    fc.assert(fc.property(fc.anything(), (value) => { declaredIn(value); declaredIn({ variables: [value] }); }));
    for (const value of [undefined, null, "name", 3, [], { variables: "x" }, { variables: { a: 1 } }]) expect(declaredIn(value)).toEqual([]);
  });
  it("fall back to the environment, then to the default; a SECRET to neither", () => {
    const environment = { variables: { v: "env" } };
    expect(fallback(of({ default: "d" }), environment)).toEqual({ value: "env", from: "environment" });
    expect(fallback(of({ default: "d" }), {})).toEqual({ value: "d", from: "default" });
    expect(fallback(of({ type: "SECRET" }), environment)).toBeUndefined();
  });
  it("are given when something was typed for them, in this type", () => {
    expect(givenValues([of({}), of({ name: "w" })], { "STRING v": "1", "STRING w": "", "STRING gone": "2" })).toEqual({ v: "1" });
    expect(givenValues([of({})], { "SECRET v": "hidden" })).toEqual({});
  });
});

describe("a request", () => {
  it("tells addresses, labels and resources apart", () => {
    expect(targetsFrom("web-1, resources/web-2 role=web\nssh://root@host")).toEqual([
      { resource: "resources/web-1" }, { resource: "resources/web-2" }, { labelSelector: "role=web" }, { inline: { address: "ssh://root@host" } },
    ]);
  });
  it("has a rollout when it shall have one of its own, even an empty one", () => {
    const environment: Environment = { rollout: { canary: { count: 1 }, healthGate: [{}] } };
    expect(ownRollout(undefined, environment)).toEqual({});
    expect(ownRollout(NO_ROLLOUT, {})).toEqual({ rollout: {} });
    expect(ownRollout(fieldsOf(environment.rollout), environment)).toEqual({ rollout: environment.rollout });
  });
  it("has its violations beside variables and the rollout", () => {
    const of = (field: string) => applyProblems([{ field, description: "wrong" }]);
    expect([of("variables.port").port, of("variables[\"port\"]").port, of("rollout.soak")["rollout.soak"]]).toEqual(["wrong", "wrong", "wrong"]);
  });
});
