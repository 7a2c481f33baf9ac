// Names and values, a row each.
import type { Pair } from "../environment/edit";

export function VariableRows({ pairs, onChange }: { pairs: readonly Pair[]; onChange: (pairs: Pair[]) => void }) {
  const set = (at: number, change: Partial<Pair>): void => onChange(pairs.map((pair, i) => (i === at ? { ...pair, ...change } : pair)));
  return (
    <div class="pairs">
      {pairs.map((pair, i) => (
        <div class="pair" key={i}>
          <input class="field mono" aria-label={`Name of variable ${i + 1}`} placeholder="name" spellcheck={false} value={pair.name} onInput={(e) => set(i, { name: e.currentTarget.value })} />
          <input class="field mono" aria-label={`Value of ${pair.name || `variable ${i + 1}`}`} placeholder="value" spellcheck={false} value={pair.value} onInput={(e) => set(i, { value: e.currentTarget.value })} />
          <button class="button quiet" type="button" aria-label={`Remove ${pair.name || `variable ${i + 1}`}`} onClick={() => onChange(pairs.filter((_, at) => at !== i))}>Remove</button>
        </div>
      ))}
      <div><button class="button" type="button" onClick={() => onChange([...pairs, { name: "", value: "" }])}>Add a variable</button></div>
      <p class="hint">For jobs that give none of their own. Not for secrets: everybody who may read the environment sees them.</p>
    </div>
  );
}
