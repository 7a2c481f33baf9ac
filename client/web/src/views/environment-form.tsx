// An environment being made or changed. What is typed survives whatever the engine answers.
import { useState } from "preact/hooks";
import { api, ApiError } from "../api/http";
import type { Environment } from "../api/types";
import { refreshEnvironments } from "../app/environments";
import { changesBetween, type Draft, draftOf, draftProblems, environmentFrom, maskOf, NEW_DRAFT, problemsFrom, rebase } from "../environment/edit";
import type { Problems } from "../environment/rollout";
import { CheckField, TextField, Wrong } from "../ui/field";
import { RolloutInputs } from "../ui/rollout-fields";
import { VariableRows } from "./variable-rows";

const SHOWN = /^(description|parallelism|variables|rollout\.(canary|waves|failureBudget|soak)|environment_id)$/;

function useEditing(started: Environment | undefined, onDone: (name: string) => void) {
  const [base, setBase] = useState<Environment>(started ?? {});
  const [draft, setDraft] = useState<Draft>(started ? draftOf(started) : NEW_DRAFT);
  const [id, setId] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ message: string; at: Problems } | undefined>(undefined);
  const [theirs, setTheirs] = useState<string[] | undefined>(undefined);

  // Somebody else was faster: their values come into the fields that were not touched here.
  const takeTheirs = async (): Promise<void> => {
    const now = await api.environment(base.name ?? "");
    setTheirs(changesBetween(base, now));
    setDraft(rebase(draft, base, now));
    setBase(now);
  };
  const send = async (): Promise<void> => {
    const body = environmentFrom(draft, base);
    try {
      const saved = started ? await api.updateEnvironment(body, maskOf(draft, base)) : await api.createEnvironment(id.trim(), body);
      await refreshEnvironments();
      onDone(saved.name ?? "");
    } catch (error) {
      if ((error as ApiError).reason === "ETAG_MISMATCH") return takeTheirs();
      throw error;
    }
  };
  const save = (): void => {
    setBusy(true);
    setRefused(undefined);
    setTheirs(undefined);
    send().catch((error: ApiError) => setRefused({ message: error.message, at: problemsFrom(error.violations ?? []) })).finally(() => setBusy(false));
  };
  const problems = { ...refused?.at, ...draftProblems(draft) };
  // What no field shows is said above them.
  const unplaced = refused && !Object.keys(refused.at).some((key) => SHOWN.test(key)) ? refused.message : "";
  const ready = Object.keys(draftProblems(draft)).length === 0 && (started ? maskOf(draft, base).length > 0 : id.trim() !== "");
  return { base, draft, set: (change: Partial<Draft>) => { setRefused(undefined); setDraft({ ...draft, ...change }); }, id, setId, busy, save, problems, unplaced, theirs, ready };
}

export function EnvironmentForm({ environment, onDone, onLeave }: { environment?: Environment; onDone: (name: string) => void; onLeave: () => void }) {
  const { base, draft, set, id, setId, busy, save, problems, unplaced, theirs, ready } = useEditing(environment, onDone);
  const [wide, setWide] = useState(base.rollout !== undefined);
  const rolloutWrong = Object.keys(problems).some((key) => key.startsWith("rollout"));
  return (
    <form class="inside form" onSubmit={(e) => { e.preventDefault(); if (ready && !busy) save(); }}>
      {theirs ? (
        <div class="notice warn" role="alert" data-testid="conflict">
          <p>Somebody else has changed it meanwhile. What you typed is kept; the rest is now theirs. Save once more to write it.</p>
          <ul>{theirs.map((line) => <li>{line}</li>)}</ul>
        </div>
      ) : null}
      {unplaced ? <p class="notice" role="alert">{unplaced}</p> : null}
      {environment ? null : <TextField label="Name" value={id} onText={setId} wrong={problems.environment_id} placeholder="staging" hint="Lower-case letters, digits and '-'. It cannot be changed later." />}
      <div class="two wide-first">
        <TextField label="Description" value={draft.description} onText={(description) => set({ description })} wrong={problems.description} placeholder="What it is for, in a sentence" />
        <TextField label="Hosts at a time" value={draft.parallelism} onText={(parallelism) => set({ parallelism })} wrong={problems.parallelism} placeholder="the engine's limit" inputMode="numeric" />
      </div>
      <CheckField label="Jobs wait for a person's approval" value={draft.approval} onChange={(approval) => set({ approval })} />
      <fieldset>
        <legend>Variables</legend>
        <VariableRows pairs={draft.variables} onChange={(variables) => set({ variables })} />
        <Wrong text={problems.variables} />
      </fieldset>
      <details open={wide || rolloutWrong} onToggle={(e) => setWide(e.currentTarget.open)}>
        <summary>Rollout</summary>
        <RolloutInputs value={draft.rollout} onChange={(rollout) => set({ rollout })} problems={problems} probes={base.rollout?.healthGate?.length ?? 0} />
      </details>
      <div class="actions">
        <button class="button main" type="submit" disabled={busy || !ready}>{environment ? "Save" : "Create"}</button>
        <button class="button" type="button" onClick={onLeave}>Leave it</button>
        {environment ? <span class="small muted">Holds for jobs that are accepted after it.</span> : null}
      </div>
    </form>
  );
}
