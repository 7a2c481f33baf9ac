// The engine and its gateway: whether they answer, and what they count.
import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../api/http";
import { jobs } from "../app/current";
import { nextTheme, theme } from "../app/theme";
import { hasEnded } from "../api/types";
import { Mark } from "../ui/mark";

interface Probe {
  ok: boolean;
  text: string;
  ms: number;
}

async function probe(path: string): Promise<Probe> {
  const began = performance.now();
  try {
    const text = await api.text(path);
    return { ok: true, text: text.trim().slice(0, 200), ms: performance.now() - began };
  } catch (error) {
    return { ok: false, text: error instanceof ApiError ? error.message.slice(0, 200) : String(error), ms: performance.now() - began };
  }
}

// "name{labels} value" of the text format; histograms by their count only.
export function readMetrics(text: string): Array<[string, string]> {
  return text.split("\n").filter((line) => line.startsWith("pe_") && !/_(bucket|sum)[{ ]/.test(line)).map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), line.slice(at + 1)];
  });
}

const CHECKS = [["/healthz", "Gateway"], ["/readyz", "Engine behind it"]] as const;

export function SystemView() {
  const [probes, setProbes] = useState<Record<string, Probe>>({});
  const [metrics, setMetrics] = useState<Array<[string, string]>>([]);
  useEffect(() => {
    const look = (): void => {
      for (const [path] of CHECKS) void probe(path).then((result) => setProbes((old) => ({ ...old, [path]: result })));
      api.text("/metrics").then((text) => setMetrics(readMetrics(text)), () => setMetrics([]));
    };
    look();
    const timer = setInterval(look, 5000);
    return () => clearInterval(timer);
  }, []);
  const active = (jobs.value ?? []).filter((job) => !hasEnded(job.state)).length;
  return (
    <main class="page">
      <div class="titlebar"><h1>System</h1><button class="button" onClick={nextTheme}>Theme: {theme.value}</button><a class="button" href="/openapi.json" target="_blank" rel="noreferrer">openapi.json</a></div>
      <div class="cols">
        {CHECKS.map(([path, title]) => {
          const result = probes[path];
          return (
            <section class="card" aria-label={title}><header><Mark is={!result ? "pending" : result.ok ? "changed" : "failed"} quiet /><h2>{title}</h2><code class="muted">{path}</code></header>
              <div class="inside small"><p>{!result ? "asking" : result.ok ? `answers in ${result.ms.toFixed(0)} ms` : "does not answer as it should"}</p><p class="muted">{result?.text}</p></div>
            </section>
          );
        })}
        <section class="card" aria-label="Jobs"><header><h2>Jobs</h2></header><div class="inside small"><p><span class="big">{active}</span> now</p></div></section>
      </div>
      <section class="card" aria-label="Metrics"><header><h2>Metrics</h2><code class="muted">/metrics</code></header>
        {metrics.length === 0 ? <p class="empty">No metrics are served.</p> : (
          <div class="scroll" tabIndex={0} role="group" aria-label="Table of metrics"><table class="table"><tbody>{metrics.map(([name, value]) => <tr><td class="mono">{name}</td><td class="num mono">{value}</td></tr>)}</tbody></table></div>
        )}
      </section>
    </main>
  );
}
