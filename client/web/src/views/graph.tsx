// Which step comes after which, on one host.
import { param, setParams } from "../app/router";
import { type Job, shortName } from "../api/types";
import { placeSteps, type Placed } from "../job/layers";
import { markOf } from "../job/rows";
import { MARK_WORDS } from "../ui/mark";

const WIDTH = 230;
const HEIGHT = 44;
const GAP_X = 26;
const GAP_Y = 26;

const left = (node: Placed): number => node.column * (WIDTH + GAP_X) + 8;
const top = (node: Placed): number => node.layer * (HEIGHT + GAP_Y) + 8;
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

// The shape says the state too: a letter-like sign before the words.
const SIGNS: Record<string, string> = { failed: "✕", unknown: "!", changed: "●", unchanged: "✓", running: "◔", retrying: "↻", waiting: "‖", skipped: "–", cancelled: "⊘", undone: "↩", pending: "·" };

export function GraphView({ job }: { job: Job }) {
  const targets = job.targets ?? [];
  const chosen = Math.min(targets.length - 1, Number(param("host")) || 0);
  const nodes = placeSteps(targets[chosen]?.steps ?? []);
  const width = Math.max(...nodes.map(left), 0) + WIDTH + 16;
  const height = Math.max(...nodes.map(top), 0) + HEIGHT + 16;
  return (
    <section class="card" aria-label="Graph of steps">
      <header>
        <label class="small" for="graph-host">Host</label>
        <select id="graph-host" class="field" value={String(chosen)} onChange={(e) => setParams({ host: e.currentTarget.value })}>
          {targets.map((target, i) => <option value={String(i)}>{shortName(target.resource)}</option>)}
        </select>
      </header>
      {nodes.length === 0 ? <p class="empty">No plan yet.</p> : (
        <div class="graph" tabIndex={0} role="group" aria-label="Steps, from top to bottom">
          <svg class="wires" width={width} height={height} role="img" aria-label={nodes.map((node) => `${node.step.id}: ${MARK_WORDS[markOf(node.step.state)]}`).join("; ")}>
            {nodes.flatMap((node) => (node.step.after ?? []).map((from) => {
              const other = nodes[from];
              if (!other) return null;
              const x1 = left(other) + WIDTH / 2, y1 = top(other) + HEIGHT, x2 = left(node) + WIDTH / 2, y2 = top(node);
              return <path class="wire" d={`M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`} />;
            }))}
            {nodes.map((node) => {
              const mark = markOf(node.step.state);
              return (
                <g class={`node ${mark}`} transform={`translate(${left(node)} ${top(node)})`}>
                  <title>{node.step.planReason}</title>
                  <rect width={WIDTH} height={HEIGHT} rx="6" />
                  <text x="12" y="19">{cut(node.step.id ?? "", 32)}</text>
                  <text class="sub" x="12" y="34">{`${SIGNS[mark] ?? ""} ${MARK_WORDS[mark]} · ${node.step.kind ?? ""}`}</text>
                </g>
              );
            })}
          </svg>
        </div>
      )}
    </section>
  );
}
