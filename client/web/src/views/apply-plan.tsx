// What the engine answers to a spec: what is wrong with it, or what it would change.
import type { Violation } from "../api/http";
import { hasEnded } from "../api/types";
import { feedOf } from "../app/current";
import { verdict } from "../job/verdict";
import { stateWords } from "../ui/mark";
import { Failure } from "./attention";
import { DiffView } from "./diff";

export function Violations({ message, list }: { message: string; list: Violation[] }) {
  return (
    <section class="card" role="alert" data-testid="violations">
      <header><h2>{message}</h2></header>
      <ul class="violations">{list.map((one) => <li><code>{one.field}</code>{one.description}</li>)}</ul>
    </section>
  );
}

export function Plan({ name }: { name: string }) {
  const feed = feedOf(name);
  void feed.frame.value;
  const job = feed.job;
  if (!job) return <p class="empty" role="status">Planning</p>;
  return (
    <>
      <h2 data-testid="plan">{hasEnded(job.state) ? verdict(job, 0).text : `Plan: ${stateWords(job.state)}${job.reason ? `, ${job.reason}` : ""}`}</h2>
      <Failure job={job} />
      {hasEnded(job.state) ? <DiffView job={job} /> : null}
    </>
  );
}
