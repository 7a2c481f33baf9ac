import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/api/types";
import { fold, replay } from "../../src/job/fold";
import { RECORDED, recorded } from "./recorded";

// JSON leaves fields with their default out; the page's counters go back to 0 and stay.
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value)
    .map(([key, member]) => [key, normal(member)] as const)
    .filter(([, member]) => member !== undefined && member !== 0 && member !== "" && member !== false && !(Array.isArray(member) && member.length === 0));
  return Object.fromEntries(kept);
}

const comparable = ({ undoUntil: _, ...job }: Job): unknown => normal(job);

describe.each(RECORDED)("a job that was recorded: %s", (name) => {
  const { events, job } = recorded(name);

  it("folds to what the engine says", () => {
    expect(comparable(replay(events, events.length))).toEqual(comparable(job));
  });

  it("goes on from the state at any sequence", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: events.length }), (cut) => {
        const resumed = replay(events, cut);
        expect(Number(resumed.lastSeq ?? 0)).toBe(cut);
        for (const event of events.slice(cut)) fold(event, resumed);
        expect(comparable(resumed)).toEqual(comparable(job));
      }),
    );
  });

  it("leaves the events as they are", () => {
    const before = JSON.stringify(events);
    replay(events, events.length);
    expect(JSON.stringify(events)).toBe(before);
  });

  it("counts each step once, at every sequence", () => {
    for (let seq = 1; seq <= events.length; ++seq) {
      const { targets = [], counts = {} } = replay(events, seq);
      const { total = 0, ...states } = counts;
      expect(Object.values(states).reduce((sum: number, n) => sum + Number(n), 0)).toBe(total);
      expect(targets.reduce((sum, target) => sum + (target.steps?.length ?? 0), 0)).toBe(total);
    }
  });
});

describe("fold", () => {
  const { events } = recorded("failed");

  it("refuses a hole", () => {
    const job = replay(events, 3);
    expect(() => fold(events[4]!, job)).toThrow("event 5 does not follow 3");
  });

  it("refuses an event twice", () => {
    const job = replay(events, 3);
    expect(() => fold(events[2]!, job)).toThrow("event 3 does not follow 3");
  });

  it("refuses a target that is not there", () => {
    const job = replay(events, 4);
    expect(() => fold({ ...events[4]!, target: 7 }, job)).toThrow("no target 7");
  });
});
