// A call that a button makes: whether it is under way, and what it failed with.
import { useState } from "preact/hooks";
import type { ApiError } from "../api/http";

export function useCall(): { busy: boolean; error: string; call: (work: () => Promise<unknown>) => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const call = (work: () => Promise<unknown>): void => {
    setBusy(true);
    setError("");
    work().catch((problem: ApiError) => setError(problem.message)).finally(() => setBusy(false));
  };
  return { busy, error, call };
}
