// Events as one line a person reads, and output as lines. Pure.
import { type Event, type Job, number, shortName, stepFailed, wentWrong } from "../api/types";

export function whereOf(event: Event, job: Job): { host: string; step: string } {
  const target = job.targets?.[event.target ?? 0];
  if ((event.target ?? 0) < 0 || !target) return { host: "", step: "" };
  const step = (event.step ?? 0) < 0 ? undefined : target.steps?.[event.step ?? 0];
  return { host: shortName(target.resource), step: step?.id ?? "" };
}

export function bytesOf(base64: string | undefined): string {
  if (!base64) return "";
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return new TextDecoder().decode(bytes);
}

// Text of a terminal without its colour codes; a carriage return starts its line again.
export const plain = (text: string): string => text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replace(/[^\n]*\r(?!\n)/g, "").replace(/\r/g, "");

export function kindOf(event: Event): string {
  if (event.created) return "created";
  if (event.state) return "state";
  if (event.planned) return "planned";
  if (event.stepState) return "step";
  if (event.progress) return "progress";
  if (event.output) return "output";
  if (event.diff) return "diff";
  if (event.warning) return "warning";
  if (event.facts) return "facts";
  if (event.handlers) return "handlers";
  if (event.cancelRequested) return "cancel";
  if (event.approval) return "approval";
  if (event.wave) return "wave";
  if (event.pause) return "pause";
  return event.outputElided ? "elided" : "event";
}

const lower = (word: string | undefined): string => (word ?? "").toLowerCase().replace(/_/g, " ");

export function wordsOf(event: Event): string {
  if (event.created) return `accepted: ${event.created.job?.service ?? ""} ${event.created.job?.version ?? ""}`.trim();
  if (event.state) return [lower(event.state.state), event.state.reason].filter(Boolean).join(": ");
  if (event.planned) return `${event.planned.steps?.length ?? 0} steps planned`;
  if (event.stepState) return [lower(event.stepState.state), event.stepState.result?.message ?? event.stepState.reason].filter(Boolean).join(": ");
  if (event.progress) {
    const { current, total, unit, message } = event.progress;
    const share = number(total) > 0 ? `${current ?? 0}/${total} ${unit ?? ""}` : "";
    return [message, share].filter(Boolean).join(" ") || "progress";
  }
  if (event.output) return plain(bytesOf(event.output.data)).trimEnd().split("\n").pop() ?? "";
  if (event.diff) return "differs";
  if (event.warning) return event.warning.message ?? event.warning.code ?? "warning";
  if (event.facts) return `${[event.facts.osName, event.facts.kernel, event.facts.architecture].filter(Boolean).join(", ")}`;
  if (event.handlers) return `handlers pending: ${(event.handlers.pending ?? []).join(", ") || "none"}`;
  if (event.cancelRequested) return event.cancelRequested.force ? "cancel asked for, by force" : "cancel asked for";
  if (event.approval) return `${lower(event.approval.decision)} by ${event.approval.caller ?? "nobody"}${event.approval.comment ? `: ${event.approval.comment}` : ""}`;
  if (event.wave) return [`wave ${(event.wave.wave ?? 0) + 1} ${lower(event.wave.state)}`, event.wave.reason].filter(Boolean).join(": ");
  if (event.pause) {
    const by = event.pause.caller ? ` by ${event.pause.caller}` : "";
    return `${event.pause.paused ? "pause" : "resume"}${by}${event.pause.reason ? `: ${event.pause.reason}` : ""}`;
  }
  if (event.outputElided) return `${event.outputElided.bytes} bytes of output removed by retention`;
  return "";
}

export const isError = (event: Event): boolean =>
  wentWrong(event.state?.state) || stepFailed(event.stepState?.state) || event.stepState?.state === "RETRYING" || event.warning !== undefined;
