// The grid's rows: one host, one mark for each stage of its way to being ready. Pure.
import { hasEnded, shortName, type Step, type StepState, stepFailed, type Target, wentWrong } from "../api/types";

export const STAGES = ["reach", "os", "libraries", "security", "monitoring", "service", "acceptance"] as const;
export type Stage = (typeof STAGES)[number];
export const STAGE_TITLES: Record<Stage, string> = {
  reach: "Reach", os: "OS", libraries: "Libraries", security: "Security", monitoring: "Monitoring", service: "Service", acceptance: "Acceptance",
};

// What a mark says; also a step's state. "none": the spec asks for nothing there.
export type Mark =
  | "none" | "pending" | "waiting" | "running" | "retrying" | "unchanged" | "changed" | "skipped" | "failed" | "cancelled" | "undone" | "unknown";

export interface Cell {
  mark: Mark;
  done: number; // steps that have ended
  total: number;
}

export interface Row {
  index: number; // in Job.targets
  name: string;
  target: Target;
  cells: Cell[]; // as STAGES
  doing: string; // what it does or why it stands still, one line
  rank: number; // what needs a person's eye comes first
}

const MARKS: Record<StepState, Mark> = {
  STATE_UNSPECIFIED: "pending", PENDING: "pending", WAITING: "waiting", RUNNING: "running", RETRYING: "retrying", UNCHANGED: "unchanged",
  CHANGED: "changed", SKIPPED: "skipped", FAILED: "failed", CANCELLED: "cancelled", UNDONE: "undone", OUTCOME_UNKNOWN: "unknown",
};
// Of several steps in one cell, the one that says most.
const LOUDNESS: Mark[] = [
  "none", "skipped", "unchanged", "changed", "undone", "pending", "running", "waiting", "retrying", "cancelled", "unknown", "failed",
];

export const markOf = (state: StepState | undefined): Mark => MARKS[state ?? "PENDING"];

export function stageOf(step: Step): Stage {
  const section = step.section ?? "";
  return section === "steps" || section === "handlers" || !(STAGES as readonly string[]).includes(section) ? "service" : (section as Stage);
}

function reachMark(target: Target): Mark {
  if (target.state === "UNREACHABLE") return "failed";
  if (target.facts || (target.steps?.length ?? 0) > 0) return "unchanged";
  if (target.state === "PLANNING" || target.state === "RUNNING") return "running";
  if (target.state === "QUEUED" || target.state === "PAUSED") return "waiting";
  if (target.state === "CANCELLED") return "cancelled";
  return wentWrong(target.state) ? "failed" : "pending";
}

function cellsOf(target: Target): Cell[] {
  const cells: Cell[] = STAGES.map(() => ({ mark: "none", done: 0, total: 0 }));
  for (const step of target.steps ?? []) {
    const cell = cells[STAGES.indexOf(stageOf(step))]!;
    const mark = markOf(step.state);
    cell.total += 1;
    if (LOUDNESS.indexOf(mark) >= LOUDNESS.indexOf("cancelled") || LOUDNESS.indexOf(mark) < LOUDNESS.indexOf("pending")) cell.done += 1;
    if (LOUDNESS.indexOf(mark) > LOUDNESS.indexOf(cell.mark)) cell.mark = mark;
  }
  for (const cell of cells) {
    if (cell.mark === "pending" && cell.done > 0 && !hasEnded(target.state)) cell.mark = "running";
  }
  cells[0] = { mark: reachMark(target), done: 0, total: 0 };
  return cells;
}

export function currentStep(target: Target): Step | undefined {
  const steps = target.steps ?? [];
  return steps.find((step) => stepFailed(step.state)) ?? steps.find((step) => step.state === "RETRYING") ??
    steps.find((step) => step.state === "RUNNING") ?? steps.find((step) => step.state === "WAITING");
}

function doingOf(target: Target): string {
  const step = currentStep(target);
  if (wentWrong(target.state) && step && stepFailed(step.state)) return `${step.id}: ${step.result?.message ?? step.reason ?? "failed"}`;
  if (target.reason) return target.reason;
  if (hasEnded(target.state)) return "";
  if (step) return step.progress?.message ? `${step.id}: ${step.progress.message}` : `${step.id ?? ""}${step.reason ? `: ${step.reason}` : ""}`;
  return target.state === "PLANNING" ? "connecting, reading facts" : "";
}

function rankOf(target: Target): number {
  if (wentWrong(target.state) || (target.counts?.failed ?? 0) > 0) return 0;
  if (target.state === "PAUSED" || target.state === "AWAITING_APPROVAL") return 1;
  if (!hasEnded(target.state) && target.state !== "PENDING" && target.state !== "QUEUED") return 2;
  if (target.state === "QUEUED") return 3;
  if (target.state === "CANCELLED" || target.state === "ROLLED_BACK") return 4;
  return hasEnded(target.state) ? 6 : 5;
}

export function rowOf(target: Target, index: number): Row {
  return { index, name: shortName(target.resource), target, cells: cellsOf(target), doing: doingOf(target), rank: rankOf(target) };
}

const byName = new Intl.Collator("en", { numeric: true });
export type Order = "attention" | "name";

export function arrange(rows: readonly Row[], order: Order, errorsOnly: boolean, text: string): Row[] {
  const wanted = text.toLowerCase();
  const kept = rows.filter((row) => (!errorsOnly || row.rank <= 1) && (wanted === "" || row.name.toLowerCase().includes(wanted)));
  return kept.sort((a, b) => (order === "attention" ? a.rank - b.rank : 0) || byName.compare(a.name, b.name));
}

// For each stage: how many hosts have come through, and the loudest mark of those that have not.
export interface StageSum {
  stage: Stage;
  total: number;
  done: number;
  failed: number;
  active: number;
}

export function sumStages(rows: readonly Row[]): StageSum[] {
  return STAGES.map((stage, i) => {
    const sum: StageSum = { stage, total: 0, done: 0, failed: 0, active: 0 };
    for (const row of rows) {
      const mark = row.cells[i]!.mark;
      if (mark === "none") continue;
      sum.total += 1;
      if (mark === "failed" || mark === "unknown") sum.failed += 1;
      else if (mark === "unchanged" || mark === "changed" || mark === "skipped" || mark === "undone") sum.done += 1;
      else if (mark === "running" || mark === "retrying" || mark === "waiting") sum.active += 1;
    }
    return sum;
  });
}
