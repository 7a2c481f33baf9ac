// What a state looks like: each has a shape of its own, the colour only helps. Words come along for readers of the screen.
import type { JobState } from "../api/types";
import type { Mark as Name } from "../job/rows";

export const MARK_WORDS: Record<Name, string> = {
  none: "nothing asked for", pending: "not started", waiting: "waiting", running: "running", retrying: "retrying", unchanged: "was already right",
  changed: "changed", skipped: "skipped", failed: "failed", cancelled: "cancelled", undone: "undone", unknown: "outcome unknown",
};

const SHAPES: Record<Exclude<Name, "none">, preact.JSX.Element> = {
  pending: <circle cx="8" cy="8" r="2.2" />,
  waiting: <path d="M5.5 4v8M10.5 4v8" stroke-width="2.4" />,
  running: <><circle cx="8" cy="8" r="5.5" opacity=".35" /><path d="M8 2.5A5.5 5.5 0 0 1 8 13.5" stroke-width="2.2" /></>,
  retrying: <path d="M12.6 5.6A5.2 5.2 0 1 0 13.2 8.6M13 2.8v3h-3" />,
  unchanged: <path d="m3.5 8.4 3 3 6-6.6" />,
  changed: <><circle cx="8" cy="8" r="6.2" fill="currentColor" stroke="none" /><path d="m5.2 8.2 2 2 3.7-4.2" stroke="var(--raised)" /></>,
  skipped: <path d="M4.5 8h7" />,
  failed: <><rect x="2" y="2" width="12" height="12" rx="2" fill="currentColor" stroke="none" /><path d="m5.5 5.5 5 5m0-5-5 5" stroke="var(--raised)" /></>,
  cancelled: <><circle cx="8" cy="8" r="5.5" /><path d="m4.2 11.8 7.6-7.6" /></>,
  undone: <path d="M6.5 3.5 3.5 6.5l3 3M3.8 6.5h5.7a3 3 0 0 1 0 6H7" />,
  unknown: <><path d="M8 2.2 14.2 13H1.8z" fill="currentColor" stroke="currentColor" /><path d="M8 6.5v2.6m0 1.9v.1" stroke="var(--raised)" /></>,
};

export function Mark({ is, quiet = false }: { is: Name; quiet?: boolean }) {
  const shape = is === "none" ? null : SHAPES[is];
  return (
    <>
      <svg class={`mark mark-${is}`} viewBox="0 0 16 16" aria-hidden="true">{shape}</svg>
      {quiet ? null : <span class="sr">{MARK_WORDS[is]}</span>}
    </>
  );
}

const JOB_MARKS: Partial<Record<JobState, Name>> = {
  PLANNING: "running", RUNNING: "running", CANCELLING: "running", ROLLING_BACK: "running", QUEUED: "waiting", PAUSED: "waiting",
  AWAITING_APPROVAL: "waiting", SUCCEEDED: "changed", FAILED: "failed", CANCELLED: "cancelled", TIMED_OUT: "failed", ROLLED_BACK: "undone",
  ROLLBACK_FAILED: "failed", UNREACHABLE: "failed",
};
export const jobMark = (state: JobState | undefined): Name => JOB_MARKS[state ?? "PENDING"] ?? "pending";
export const stateWords = (state: string | undefined): string => (state ?? "PENDING").toLowerCase().replace(/_/g, " ");
