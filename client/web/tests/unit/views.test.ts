// Verdict, rows and output on logs of real jobs and on made-up states.
import { describe, expect, it } from "vitest";
import type { Event, Job } from "../../src/api/types";
import { errorFrom } from "../../src/api/http";
import { holdups } from "../../src/job/attention";
import { replay } from "../../src/job/fold";
import { placeSteps } from "../../src/job/layers";
import { OutputLines } from "../../src/job/output";
import { arrange, rowOf, STAGES } from "../../src/job/rows";
import { firstFailure, timeLeft, verdict } from "../../src/job/verdict";
import { isHead, underWaves } from "../../src/job/waves";
import { isError, wordsOf } from "../../src/job/wording";
import { groupDiffs } from "../../src/views/diff";
import { recorded } from "./recorded";

const say = (job: Job, now = 0): string => verdict(job, now).text.replace(/\u00a0/g, " ");

describe("the verdict", () => {
  it("names the first failed step and its host", () => {
    expect(say(recorded("failed").job)).toMatch(/^0 of 1 host ready, 1 failed at wrong on local, ended in \d/);
  });
  it("says what a plan would change", () => {
    expect(say(recorded("plan").job)).toMatch(/^\d+ steps would change on 1 host$/);
  });
  it("says how a job ended", () => {
    expect(say(recorded("applied").job)).toMatch(/^The host is ready in .*; \d changed, \d unchanged$/);
    expect(say(recorded("cancelled").job)).toMatch(/the job was cancelled/);
    expect(say(recorded("timed-out").job)).toMatch(/the job ran out of time/);
    expect(say(recorded("rolled-back").job)).toMatch(/^Undone on 1 host/);
  });
  it("tells the running job of forty hosts in one sentence", () => {
    const targets = Array.from({ length: 40 }, (_, i): NonNullable<Job["targets"]>[number] => {
      if (i < 12) return { resource: `resources/web-${i}`, state: "SUCCEEDED" };
      if (i === 12) return { resource: "resources/web-07", state: "FAILED", steps: [{ id: "security.patches", state: "FAILED" }], counts: { total: 1, failed: 1 } };
      return { resource: `resources/web-${i}`, state: "RUNNING" };
    });
    expect(say({ state: "RUNNING", startTime: "1970-01-01T00:00:00Z", targets }, 86_000)).toBe("12 of 40 hosts ready, 1 failed at security.patches on web-07, about 3 min left");
  });
  it("says at which wave a rollout is", () => {
    const { events } = recorded("rollout");
    const jobs = events.map((_, i) => replay(events, i + 1));
    const during = (wave: number): string => say(jobs.find(({ state, waves }) => state === "RUNNING" && waves?.[wave]?.state === "RUNNING")!);
    expect(during(0)).toMatch(/^0 of 3 hosts ready, at the canary/);
    expect(during(1)).toMatch(/^1 of 3 hosts ready, in wave 2 of 2/);
  });
  it("says that a job stands still until a person acts", () => {
    const at = (name: "approved" | "rollout", state: string): Job => {
      const { events } = recorded(name);
      return replay(events, events.findIndex((event) => (event.target ?? 0) < 0 && (event.state?.state ?? event.created?.job?.state) === state) + 1);
    };
    expect(say(at("approved", "AWAITING_APPROVAL"))).toMatch(/^0 of 1 host ready, waiting for approval: pe approve k\w+$/);
    expect(say(at("rollout", "PAUSED"))).toMatch(/^1 of 3 hosts ready, paused: ./);
  });
  it("says once for a wave what its hosts wait for, and what a person has to decide", () => {
    const { events } = recorded("rollout");
    const at = (seq: number): string[] => holdups(replay(events, seq), 0, 8).map((one) => `${one.kind} ${one.host || "-"} ${one.what}`);
    const paused = events.findIndex((event) => (event.target ?? 0) < 0 && event.state?.state === "PAUSED") + 1;
    expect(paused).toBeGreaterThan(0);
    expect(at(paused)[0]).toMatch(/^person - paused: the canary is through/);
    expect(at(paused).filter((line) => /^wait - 2 hosts of wave 2 of 2: /.test(line))).toHaveLength(1);
    const waiting = recorded("approved").events;
    const asked = holdups(replay(waiting, 2), 0, 8);
    expect(asked).toMatchObject([{ kind: "person", host: "" }]);
    expect(asked[0]!.what).toMatch(/approv/);
  });
  it("has words for what people decide and for waves", () => {
    const words = [...recorded("rollout").events, ...recorded("approved").events].filter((event) => event.approval || event.wave || event.pause).map(wordsOf);
    expect(words).toContain("approved by uid 0: looked at it");
    expect(words).toContain("pause: the canary is through");
    expect(words).toContain("wave 1 succeeded");
    expect(words.every((one) => one !== "")).toBe(true);
  });
  it("puts rows under the heads of their waves, in any order of the rows", () => {
    const { job } = recorded("rollout");
    const rows = (job.targets ?? []).map(rowOf).reverse();
    const lines = underWaves(rows, job).map((line) => (isHead(line) ? `${line.title}: ${line.state}, ${line.said}` : line.target.wave ?? 0));
    expect(lines).toEqual(["canary, wave 1 of 2: SUCCEEDED, 1 of 1 ready", 0, "wave 2 of 2: SUCCEEDED, 2 of 2 ready", 1, 1]);
    expect(underWaves(rows, { ...job, waves: [] })).toEqual(rows);
  });
  it("does not guess the time from nothing", () => {
    expect(timeLeft({ state: "RUNNING", startTime: "1970-01-01T00:00:00Z", targets: [{ state: "RUNNING" }] }, 60_000)).toBeUndefined();
  });
});

describe("rows", () => {
  it("mark every stage of a recorded job", () => {
    const { job } = recorded("failed");
    const marks = Object.fromEntries(STAGES.map((stage, i) => [stage, rowOf(job.targets![0]!, 0).cells[i]!.mark]));
    expect(marks).toEqual({ reach: "unchanged", os: "none", libraries: "none", security: "none", monitoring: "none", service: "failed", acceptance: "skipped" });
  });
  it("show an unreachable host as failed at reach", () => {
    expect(rowOf({ resource: "resources/a", state: "UNREACHABLE", reason: "no route" }, 0).cells[0]!.mark).toBe("failed");
  });
  it("come with what needs attention first, names in their natural order", () => {
    const rows = [["web-10", "SUCCEEDED"], ["web-9", "SUCCEEDED"], ["web-2", "FAILED"], ["web-1", "PAUSED"], ["web-3", "RUNNING"]] as const;
    const made = rows.map(([name, state], i) => rowOf({ resource: `resources/${name}`, state }, i));
    expect(arrange(made, "attention", false, "").map((row) => row.name)).toEqual(["web-2", "web-1", "web-3", "web-9", "web-10"]);
    expect(arrange(made, "name", true, "").map((row) => row.name)).toEqual(["web-1", "web-2"]);
  });
});

describe("holdups", () => {
  it("say who waits for whom, persons first", () => {
    const job: Job = { state: "RUNNING", targets: [
      { resource: "resources/a", state: "QUEUED", reason: "behind jobs/x on resources/a" },
      { resource: "resources/b", state: "PAUSED", reason: "its key is not known", reasonCode: "HOST_KEY_UNKNOWN" },
      { resource: "resources/c", state: "RUNNING", steps: [{ id: "s", state: "RUNNING", startTime: "1970-01-01T00:00:00Z" }] },
    ] };
    expect(holdups(job, 10_000, 8).map((item) => [item.host, item.kind, item.hostKeyUnknown])).toEqual([["b", "person", true], ["a", "queue", false], ["c", "slow", false]]);
  });
  it("are none when the job has ended", () => {
    expect(holdups(recorded("failed").job, 0, 8)).toEqual([]);
  });
});

describe("output", () => {
  it("is the same however the log is handed over", () => {
    const { events } = recorded("failed");
    const whole = new OutputLines().take(events).map((line) => line.text);
    const growing = new OutputLines();
    for (let n = 1; n <= events.length; ++n) growing.take(events.slice(0, n));
    expect(growing.lines.map((line) => line.text)).toEqual(whole);
    expect(whole).toContain("this is why");
    expect(whole.filter((line) => /^\d+$/.test(line))).toHaveLength(200);
  });
  it("joins characters and lines that events cut", () => {
    const bytes = Buffer.from("grün\nrest");
    const event = (seq: number, part: Buffer): Event => ({ seq: String(seq), target: 0, step: 0, attempt: 1, output: { stream: "STDOUT", data: part.toString("base64") } });
    expect(new OutputLines().take([event(1, bytes.subarray(0, 3)), event(2, bytes.subarray(3))]).map((line) => line.text)).toEqual(["grün", "rest"]);
  });
});

describe("the rest", () => {
  it("finds the first failure and its last lines", () => {
    const failure = firstFailure(recorded("failed").job)!;
    expect(failure.step!.id).toBe("wrong");
    expect(failure.step!.result!.outputTail).toContain("this is why");
  });
  it("groups equal differences of a plan", () => {
    expect(groupDiffs(recorded("plan").job).some((group) => group.text.includes("+hello"))).toBe(true);
  });
  it("lays steps out below what they come after", () => {
    const placed = placeSteps([{ id: "a" }, { id: "b", after: [0] }, { id: "c", after: [0] }, { id: "d", after: [1, 2] }]);
    expect(placed.map(({ layer, column }) => [layer, column])).toEqual([[0, 0], [1, 0], [1, 1], [2, 0]]);
  });
  it("knows errors among events", () => {
    const { events } = recorded("failed");
    expect(events.filter(isError).length).toBeGreaterThan(0);
    expect(replay(events.filter((_, i) => i < 1), 1).state).toBe("PENDING");
  });
  it("reads the fields that a call was refused for", () => {
    const error = errorFrom(400, '{"code":3,"message":"bad","details":[{"@type":"x","fieldViolations":[{"field":"spec.name","description":"must not be empty"}]}]}');
    expect(error.violations).toEqual([{ field: "spec.name", description: "must not be empty" }]);
  });
});
