// The API in its JSON form, by short names; generated from proto/, types only. A field with its default value is absent.
import type { EnvironmentJson } from "@gen/environment_pb";
import type { EventJson } from "@gen/event_pb";
import type { Job_StateJson, JobJson, StepStatusJson, StepStatus_StateJson, TargetJson } from "@gen/job_pb";
import type { ResourceJson } from "@gen/resource_pb";

export type Job = JobJson;
export type JobState = Job_StateJson;
export type Target = TargetJson;
export type Step = StepStatusJson;
export type StepState = StepStatus_StateJson;
export type Event = EventJson;
export type Resource = ResourceJson;
export type Environment = EnvironmentJson;
export type { ListEnvironmentsResponseJson as EnvironmentPage } from "@gen/environment_service_pb";
export type { RolloutJson as Rollout, ShareJson as Share } from "@gen/rollout_pb";
export type { Facts_CapabilityJson as Capability, FactsJson as Facts } from "@gen/fact_pb";
export type { StepCountsJson as StepCounts } from "@gen/job_pb";
export type { ListResponseJson as JobPage, ProvisionRequestJson as ProvisionRequest, WatchResponseJson as WatchBatch } from "@gen/provision_service_pb";
export type { ListResourcesResponseJson as ResourcePage } from "@gen/resource_service_pb";
export type { ServiceSpecJson as ServiceSpec } from "@gen/spec_pb";

const ENDED: ReadonlySet<string> = new Set([
  "SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT", "ROLLED_BACK", "ROLLBACK_FAILED", "UNREACHABLE",
]);
const STEP_ENDED: ReadonlySet<string> = new Set([
  "UNCHANGED", "CHANGED", "SKIPPED", "FAILED", "CANCELLED", "UNDONE", "OUTCOME_UNKNOWN",
]);
const WENT_WRONG: ReadonlySet<string> = new Set(["FAILED", "TIMED_OUT", "ROLLBACK_FAILED", "UNREACHABLE"]);

export const hasEnded = (state: JobState | undefined): boolean => ENDED.has(state ?? "");
export const stepHasEnded = (state: StepState | undefined): boolean => STEP_ENDED.has(state ?? "");
export const wentWrong = (state: JobState | undefined): boolean => WENT_WRONG.has(state ?? "");
export const stepFailed = (state: StepState | undefined): boolean => state === "FAILED" || state === "OUTCOME_UNKNOWN";

// "jobs/k0x" and "resources/web-1" without their collection.
export const shortName = (name: string | undefined): string => (name ?? "").replace(/^[a-z]+\//, "");
// Milliseconds since the epoch; NaN without a time.
export const millis = (time: string | undefined): number => (time === undefined ? NaN : Date.parse(time));
export const number = (value: string | number | undefined): number => Number(value ?? 0);
