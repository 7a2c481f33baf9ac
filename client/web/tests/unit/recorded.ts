// Logs of real jobs, as `pe watch --progress json` printed them, each with what `pe status -o json` then said.
import { readFileSync } from "node:fs";
import type { Event, Job } from "../../src/api/types";

export const RECORDED = ["applied", "approved", "cancelled", "failed", "plan", "rolled-back", "rollout", "timed-out"] as const;

export function recorded(name: (typeof RECORDED)[number]): { events: Event[]; job: Job } {
  const lines = readFileSync(`tests/recorded/${name}.events.ndjson`, "utf8").trim().split("\n");
  return {
    events: lines.map((line) => JSON.parse(line) as Event),
    job: JSON.parse(readFileSync(`tests/recorded/${name}.job.json`, "utf8")) as Job,
  };
}
