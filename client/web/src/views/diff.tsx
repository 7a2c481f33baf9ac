// What differs: before a change in mode PLAN, what was changed otherwise. Hosts with the same difference are shown once.
import type { Job } from "../api/types";
import { shortName } from "../api/types";
import { markOf } from "../job/rows";
import { Mark } from "../ui/mark";

interface Group {
  id: string;
  text: string;
  state: ReturnType<typeof markOf>;
  hosts: string[];
}

export function groupDiffs(job: Job): Group[] {
  const groups = new Map<string, Group>();
  for (const target of job.targets ?? []) {
    for (const step of target.steps ?? []) {
      const planned = job.mode === "PLAN" && step.state === "CHANGED";
      if (!step.diff && !planned) continue;
      const key = `${step.id}\n${step.diff ?? ""}`;
      const group = groups.get(key) ?? { id: step.id ?? "", text: step.diff || step.result?.message || "would change", state: markOf(step.state), hosts: [] };
      group.hosts.push(shortName(target.resource));
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

const classOf = (line: string): string => (line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : line.startsWith("@@") ? "at" : "");

export function DiffText({ text }: { text: string }) {
  return <pre class="diff" tabIndex={0} aria-label="Difference">{text.replace(/\n$/, "").split("\n").map((line) => <span class={classOf(line)}>{line || " "}</span>)}</pre>;
}

export function DiffView({ job }: { job: Job }) {
  const groups = groupDiffs(job);
  if (groups.length === 0) return <section class="card"><p class="empty">{job.mode === "PLAN" ? "Nothing would change." : "No differences were recorded."}</p></section>;
  return (
    <>
      {groups.map((group) => (
        <section class="card" aria-label={group.id} data-testid="diff">
          <header><Mark is={group.state} /><h2>{group.id}</h2><span class="muted small cut" title={group.hosts.join(", ")}>{group.hosts.length === 1 ? group.hosts[0] : `${group.hosts.length} hosts: ${group.hosts.slice(0, 6).join(", ")}${group.hosts.length > 6 ? " …" : ""}`}</span></header>
          <DiffText text={group.text} />
        </section>
      ))}
    </>
  );
}
