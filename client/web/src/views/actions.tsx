// What a person may do with a job, and the same as a command to copy.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { hasEnded, type Job, shortName } from "../api/types";
import { useCall } from "../app/call";
import { refreshJobs } from "../app/current";
import { go } from "../app/router";
import type { Feed } from "../job/feed";
import { Hold } from "./decide";

// A new job is shown, since what it replaces has ended.
export async function retryJob(name: string, step?: string): Promise<void> {
  const job = await api.retry(name, step);
  await refreshJobs();
  go(`/${job.name}`);
}

export function Copy({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState("");
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(() => setSaid("Copied"), () => setSaid(text));
    setTimeout(() => setSaid(""), 2500);
  };
  return <button class="button quiet" title={text} onClick={copy}><span role="status">{said || label}</span></button>;
}

// What a person would most likely type next.
function nextCommand(job: Job, retryable: boolean): string {
  if (hasEnded(job.state)) return retryable ? "retry" : "status";
  if (job.state === "AWAITING_APPROVAL") return "approve";
  return job.state === "PAUSED" ? "resume" : "watch";
}

export function Actions({ job }: { feed: Feed; job: Job }) {
  const { busy, error, call } = useCall();
  const [sure, setSure] = useState<"cancel" | "rollback" | undefined>(undefined);
  const name = job.name ?? "";
  const ended = hasEnded(job.state);
  const retryable = ended && (job.state === "FAILED" || job.state === "CANCELLED" || job.state === "TIMED_OUT") && job.mode !== "PLAN";
  const ask = (what: "cancel" | "rollback", work: () => Promise<unknown>): void => {
    if (sure !== what) return setSure(what);
    setSure(undefined);
    call(work);
  };
  const rollBack = async (): Promise<void> => {
    const made = await api.rollback(name);
    await refreshJobs();
    go(`/${made.name}`);
  };
  return (
    <div class="actions">
      {error ? <span class="notice" role="alert">{error}</span> : null}
      {retryable ? <button class="button main" disabled={busy} onClick={() => call(() => retryJob(name))}>Retry</button> : null}
      <Hold job={job} />
      {!ended ? (
        <button class="button danger" disabled={busy || job.cancelRequested} onClick={() => ask("cancel", () => api.cancel(name))}>
          {job.cancelRequested ? "Cancelling" : sure === "cancel" ? "Really cancel" : "Cancel"}
        </button>
      ) : null}
      {ended && job.undoUntil ? (
        <button class="button" disabled={busy} onClick={() => ask("rollback", rollBack)}>{sure === "rollback" ? "Really undo it" : "Roll back"}</button>
      ) : null}
      <Copy label="Copy as CLI" text={`pe ${nextCommand(job, retryable)} ${shortName(name)}`} />
    </div>
  );
}
