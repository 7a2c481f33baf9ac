// The spec as it was accepted, as YAML, and the values it was given.
import { useEffect, useState } from "preact/hooks";
import type { Job } from "../api/types";
import { toYaml } from "../app/yaml";
import { Copy } from "./actions";

export function SpecView({ job }: { job: Job }) {
  const [text, setText] = useState("");
  useEffect(() => {
    let shown = true;
    void toYaml(job.spec ?? {}).then((yaml) => { if (shown) setText(yaml); });
    return () => { shown = false; };
  }, [job.name]);
  const variables = Object.entries(job.variables ?? {});
  return (
    <>
      {variables.length > 0 ? (
        <section class="card" aria-label="Variables"><header><h2>Variables</h2></header>
          <dl class="facts inside">{variables.map(([name, value]) => [<dt class="mono">{name}</dt>, <dd class="mono">{value === "" ? <span class="muted">not shown</span> : value}</dd>])}</dl>
        </section>
      ) : null}
      <section class="card" aria-label="Spec"><header><h2>Spec</h2><Copy label="Copy" text={text} /></header><pre class="diff inside" tabIndex={0} aria-label="Spec as YAML">{text}</pre></section>
    </>
  );
}
