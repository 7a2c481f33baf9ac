// Calls of the REST API: JSON in, JSON out, google.rpc.Status as an error. Same origin only.
import type { Environment, EnvironmentPage, Job, JobPage, ProvisionRequest, Resource, ResourcePage } from "./types";
import { authorization } from "./session";

export interface Violation {
  field: string; // path in the request, "spec.steps[2].file.path"
  description: string;
}

// What a call failed with; `status` is HTTP's (0: the gateway was not reached), `reason` that of ErrorInfo, "ETAG_MISMATCH".
export class ApiError extends Error {
  constructor(readonly status: number, message: string, readonly violations: Violation[] = [], readonly reason = "") {
    super(message);
  }
}

interface RpcStatus {
  message?: string;
  details?: Array<{ "@type"?: string; reason?: string; fieldViolations?: Violation[] }>;
  error?: RpcStatus;
}

// The Status of an error's body, which may be bare or below `error`.
export function errorFrom(status: number, text: string): ApiError {
  let body: RpcStatus = {};
  try {
    body = JSON.parse(text) as RpcStatus;
  } catch {
    return new ApiError(status, text.slice(0, 300) || `HTTP ${status}`);
  }
  const rpc = body.error ?? body;
  const violations = (rpc.details ?? []).flatMap((detail) => detail.fieldViolations ?? []);
  const reason = (rpc.details ?? []).find((detail) => detail.reason)?.reason;
  return new ApiError(status, rpc.message ?? `HTTP ${status}`, violations, reason);
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { ...authorization(), ...(init.headers as Record<string, string>) } });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "The gateway does not answer.");
  }
  if (!response.ok) throw errorFrom(response.status, await response.text());
  return response;
}

async function get<T>(path: string): Promise<T> {
  return (await (await request(path)).json()) as T;
}

async function send<T>(method: string, path: string, body: unknown): Promise<T> {
  const init = { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return (await (await request(path, init)).json()) as T;
}
const post = <T>(path: string, body: unknown): Promise<T> => send<T>("POST", path, body);

const query = (parameters: Record<string, string | number | undefined>): string => {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
};

// All pages of a list.
export async function everyPage<Page extends { nextPageToken?: string }, One>(page: (pageToken: string) => Promise<Page>, of: (page: Page) => One[] | undefined): Promise<One[]> {
  const all: One[] = [];
  let pageToken = "";
  do {
    const got = await page(pageToken);
    all.push(...(of(got) ?? []));
    pageToken = got.nextPageToken ?? "";
  } while (pageToken !== "");
  return all;
}

// `name` is a resource name ("jobs/k0x"), which is a path as it is.
export const api = {
  job: (name: string) => get<Job>(`/v1/${name}?view=FULL`),
  jobs: (options: { pageSize?: number; pageToken?: string; filter?: string } = {}) => get<JobPage>(`/v1/jobs${query(options)}`),
  provision: (body: ProvisionRequest) => post<Job>("/v1/jobs", body),
  cancel: (name: string, force = false) => post<Job>(`/v1/${name}:cancel`, { force }),
  retry: (name: string, step?: string) => post<Job>(`/v1/${name}:retry`, step === undefined ? {} : { step }),
  rollback: (name: string) => post<Job>(`/v1/${name}:rollback`, {}),
  approve: (name: string, decision: "APPROVED" | "REJECTED", comment: string) => post<Job>(`/v1/${name}:approve`, { decision, comment }),
  pause: (name: string, reason: string) => post<Job>(`/v1/${name}:pause`, { reason }),
  resume: (name: string) => post<Job>(`/v1/${name}:resume`, {}),
  resource: (name: string) => get<Resource>(`/v1/${name}`),
  resources: (options: { pageSize?: number; pageToken?: string; labelSelector?: string } = {}) =>
    get<ResourcePage>(`/v1/resources${query(options)}`),
  trust: (name: string, hostKey: string) => post<Resource>(`/v1/${name}:trust`, { hostKey }),
  waive: (name: string, handler: string, job: string) => post<Resource>(`/v1/${name}:waiveHandlers`, { handlers: [handler], job }),
  environment: (name: string) => get<Environment>(`/v1/${name}`),
  environments: (options: { pageSize?: number; pageToken?: string } = {}) => get<EnvironmentPage>(`/v1/environments${query(options)}`),
  createEnvironment: (id: string, body: Environment) => post<Environment>(`/v1/environments${query({ environmentId: id })}`, body),
  // Without a mask only fields that are set would change, so none could be cleared: the mask is always given.
  updateEnvironment: (body: Environment, mask: readonly string[]) =>
    send<Environment>("PATCH", `/v1/${body.name}${query({ updateMask: mask.join(",") })}`, body),
  deleteEnvironment: async (name: string): Promise<void> => { await request(`/v1/${name}`, { method: "DELETE" }); },
  text: async (path: string) => (await request(path)).text(),
};
