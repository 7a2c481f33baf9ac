// The inventory.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import { type Resource, shortName } from "../api/types";
import { param, setParams } from "../app/router";
import { Mark, stateWords } from "../ui/mark";
import type { Mark as MarkName } from "../job/rows";

export const RESOURCE_MARKS: Record<string, MarkName> = { INIT: "pending", PROVISIONING: "running", READY: "changed", FAILED: "failed", DISABLED: "cancelled" };

export function useResources(): { list: Resource[] | undefined; problem: string } {
  const [list, setList] = useState<Resource[] | undefined>(undefined);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let shown = true;
    const load = async (): Promise<void> => {
      const all: Resource[] = [];
      let pageToken = "";
      do {
        const page = await api.resources({ pageSize: 1000, pageToken });
        all.push(...(page.resources ?? []));
        pageToken = page.nextPageToken ?? "";
      } while (pageToken !== "" && shown);
      if (shown) setList(all);
    };
    load().catch((error: Error) => setProblem(error.message));
    return () => { shown = false; };
  }, []);
  return { list, problem };
}

export function ResourceTable({ list }: { list: readonly Resource[] }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Resources">
      <table class="table">
        <thead><tr><th>Resource</th><th>State</th><th class="hide-small">Address</th><th class="hide-small">System</th><th class="hide-small">Environment</th><th class="hide-small">Labels</th></tr></thead>
        <tbody>
          {list.map((resource) => (
            <tr key={resource.name}>
              <td><a class="link" data-row href={`/${resource.name}`}>{shortName(resource.name)}</a></td>
              <td><Mark is={RESOURCE_MARKS[resource.state ?? ""] ?? "pending"} quiet /> {stateWords(resource.state)}{resource.offeredHostKey ? <div class="muted">its key waits for trust</div> : null}</td>
              <td class="hide-small mono">{resource.address}</td>
              <td class="hide-small">{resource.facts?.osName ?? "–"}</td>
              <td class="hide-small">{shortName(resource.environment)}</td>
              <td class="hide-small">{Object.entries(resource.labels ?? {}).map(([key, value]) => <span class="tag">{key}={value}</span>)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ResourcesView() {
  const { list, problem } = useResources();
  const text = param("q").toLowerCase();
  const errors = param("errors") === "1";
  const shown = (list ?? []).filter((resource) => (!errors || resource.state === "FAILED") && `${resource.name} ${resource.address} ${JSON.stringify(resource.labels ?? {})}`.toLowerCase().includes(text));
  return (
    <main class="page">
      <div class="titlebar">
        <h1>Resources</h1>
        <input class="field" type="search" data-search placeholder="Name, address, label" aria-label="Search resources" value={param("q")} onInput={(e) => setParams({ q: e.currentTarget.value || undefined })} />
        <button class="button" aria-pressed={errors} onClick={() => setParams({ errors: errors ? undefined : "1" })}>Errors only</button>
      </div>
      {problem ? <p class="notice" role="alert">{problem}</p> : null}
      <section class="card" aria-label="Inventory">{shown.length > 0 ? <ResourceTable list={shown.slice(0, 500)} /> : <p class="empty">{list ? "No resource. A host that a job names is registered by itself." : "Loading"}</p>}</section>
      {shown.length > 500 ? <p class="muted small">The first 500 of {shown.length}; search for others.</p> : null}
    </main>
  );
}
