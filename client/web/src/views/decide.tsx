// What only a person can say: whether a job may run, and whether it is held.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { hasEnded, type Job, millis } from "../api/types";
import { useCall } from "../app/call";
import { Ago } from "../ui/when";

// Of a job that awaits an approval; afterwards, what was decided.
export function Approval({ job }: { job: Job }) {
  const { busy, error, call } = useCall();
  const [comment, setComment] = useState("");
  const [sure, setSure] = useState(false);
  const name = job.name ?? "";
  const decision = job.approval?.decision;
  if (decision) {
    return (
      <p class="small muted" data-testid="decided">
        {decision === "APPROVED" ? "Approved" : "Rejected"} by {job.approval?.caller ?? "nobody"} <Ago at={millis(job.approval?.time)} />{job.approval?.comment ? `: ${job.approval.comment}` : ""}
      </p>
    );
  }
  if (job.state !== "AWAITING_APPROVAL") return null;
  return (
    <section class="card" aria-label="Approval" data-testid="approval">
      <header><h2>Nothing is changed before somebody approves it</h2></header>
      <div class="inside decide">
        <label>Comment, optional<input class="field" maxLength={1000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} /></label>
        <div class="actions">
          <button class="button main" disabled={busy} onClick={() => call(() => api.approve(name, "APPROVED", comment))}>Approve</button>
          <button class="button danger" disabled={busy} onClick={() => (sure ? call(() => api.approve(name, "REJECTED", comment)) : setSure(true))}>{sure ? "Really reject" : "Reject"}</button>
        </div>
        {error ? <p class="notice" role="alert">{error}</p> : null}
      </div>
    </section>
  );
}

// Hosts at work come to their end; no further one begins.
export function Hold({ job }: { job: Job }) {
  const { busy, error, call } = useCall();
  if (hasEnded(job.state) || job.mode === "PLAN" || job.cancelRequested) return null;
  const name = job.name ?? "";
  return (
    <>
      {error ? <span class="notice" role="alert">{error}</span> : null}
      {job.pauseRequested
        ? <button class="button main" disabled={busy} onClick={() => call(() => api.resume(name))}>Resume</button>
        : <button class="button" disabled={busy} title="Hosts at work come to their end, no further one begins" onClick={() => call(() => api.pause(name, ""))}>Pause</button>}
    </>
  );
}
