// A rollout's waves in words, and between the grid's rows. Pure.
import { hasEnded, type Job, type JobState } from "../api/types";
import type { Row } from "./rows";

export interface WaveHead {
  wave: number; // in Job.waves
  title: string; // "wave 2 of 4"
  state: JobState;
  said: string; // how far it is, and what it waits for
}

export const waveName = (job: Job, wave: number): string => `${job.waves?.[wave]?.canary ? "canary, " : ""}wave ${wave + 1} of ${job.waves?.length ?? 0}`;

interface Sum { total: number; ready: number; begun: boolean }

// One pass over all hosts: this is done once a frame.
function sumUp(job: Job): Sum[] {
  const sums = (job.waves ?? []).map((): Sum => ({ total: 0, ready: 0, begun: false }));
  for (const target of job.targets ?? []) {
    const sum = sums[target.wave ?? 0];
    if (!sum) continue;
    sum.total += 1;
    if (target.state === "SUCCEEDED") sum.ready += 1;
    if (target.startTime) sum.begun = true;
  }
  return sums;
}

function headOf(job: Job, wave: number, { total, ready, begun }: Sum): WaveHead {
  const status = job.waves?.[wave] ?? {};
  const why = status.reason || (begun || hasEnded(job.state) || wave === 0 ? "" : "comes after the wave before it");
  return { wave, title: waveName(job, wave), state: status.state ?? "PENDING", said: `${ready} of ${total} ready${why ? `, ${why}` : ""}` };
}

// Rows, which keep their order, under the heads of their waves. Without waves: the rows alone.
export function underWaves(rows: readonly Row[], job: Job): Array<Row | WaveHead> {
  if (!job.waves?.length) return [...rows];
  const sums = sumUp(job);
  const groups = job.waves.map((): Row[] => []);
  for (const row of rows) groups[row.target.wave ?? 0]?.push(row);
  return groups.flatMap((group, wave): Array<Row | WaveHead> => (group.length === 0 ? [] : [headOf(job, wave, sums[wave]!), ...group]));
}

export const isHead = (line: Row | WaveHead): line is WaveHead => "said" in line;
