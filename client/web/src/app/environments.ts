// The environments, as the views share them.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type ApiError, everyPage } from "../api/http";
import type { Environment } from "../api/types";

export const environments = signal<Environment[] | undefined>(undefined);
export const environmentsError = signal("");

export async function refreshEnvironments(): Promise<void> {
  try {
    environments.value = await everyPage((pageToken) => api.environments({ pageSize: 1000, pageToken }), (page) => page.environments);
    environmentsError.value = "";
  } catch (error) {
    environmentsError.value = (error as ApiError).message;
  }
}

// The list as it was last known, asked for again when a view opens.
export function useEnvironments(): Environment[] | undefined {
  useEffect(() => void refreshEnvironments(), []);
  return environments.value;
}
