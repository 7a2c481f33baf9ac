// The jobs list that several views share, and the one feed that is open.
import { signal } from "@preact/signals";
import { api, ApiError } from "../api/http";
import { setToken } from "../api/session";
import { hasEnded, type Job } from "../api/types";
import { Feed } from "../job/feed";

export const jobs = signal<Job[] | undefined>(undefined);
export const jobsError = signal<ApiError | undefined>(undefined);
export const needsToken = signal(false);
const POLL_MS = 2000;

export async function refreshJobs(): Promise<void> {
  try {
    jobs.value = (await api.jobs({ pageSize: 50 })).jobs ?? [];
    jobsError.value = undefined;
    needsToken.value = false;
  } catch (error) {
    jobsError.value = error as ApiError;
    if (jobsError.value.status === 401) needsToken.value = true;
  }
}

export function keepJobsFresh(): void {
  void refreshJobs();
  setInterval(() => {
    if (!document.hidden && !needsToken.peek()) void refreshJobs();
  }, POLL_MS);
}

// The job of the first screen: the newest that runs, else the newest.
export function mostUrgent(list: readonly Job[]): Job | undefined {
  return list.find((job) => !hasEnded(job.state)) ?? list[0];
}

let open: Feed | undefined;

// With another token, what was refused is asked for again.
export async function signIn(token: string): Promise<void> {
  setToken(token);
  open?.close();
  open = undefined;
  await refreshJobs();
}

export function feedOf(name: string): Feed {
  if (open?.name !== name) {
    open?.close();
    open = new Feed(name);
  }
  return open;
}
