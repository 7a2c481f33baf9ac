// The fields of a rollout, for an environment and for a single job.
import type { Problems, RolloutFields } from "../environment/rollout";
import { CheckField, TextField } from "./field";

interface Props {
  value: RolloutFields;
  onChange: (value: RolloutFields) => void;
  problems: Problems;
  probes: number; // of the health gate, which is kept and not edited here
}

export function RolloutInputs({ value, onChange, problems, probes }: Props) {
  const set = (change: Partial<RolloutFields>): void => onChange({ ...value, ...change });
  return (
    <div class="form">
      <div class="two">
        <TextField label="Canary" value={value.canary} onText={(canary) => set({ canary })} wrong={problems["rollout.canary"]} placeholder="none" hint="Hosts that go first and alone: 1 or 10%" />
        <TextField label="Waves" value={value.waves} onText={(waves) => set({ waves })} wrong={problems["rollout.waves"]} placeholder="all at once" hint="Sizes: 5, 25%; the last one repeats" />
        <TextField label="Failure budget" value={value.budget} onText={(budget) => set({ budget })} wrong={problems["rollout.failureBudget"]} placeholder="none may fail" hint="Hosts that may fail: 2 or 5%" />
        <TextField label="Soak" value={value.soak} onText={(soak) => set({ soak })} wrong={problems["rollout.soak"]} placeholder="none" hint="Rest after each wave: 90s, 5m, 1h30m" />
      </div>
      <CheckField label="Pause after the canary until a person resumes" value={value.pause} onChange={(pause) => set({ pause })} />
      {probes > 0 ? <p class="hint">Its health gate of {probes} {probes === 1 ? "probe" : "probes"} stays as it is.</p> : null}
    </div>
  );
}
