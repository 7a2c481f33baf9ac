#include "storage/memory/memory_state.h"

#include <algorithm>
#include <utility>

#include "storage/commit/first_environments.h"
#include "storage/commit/job_parts.h"
#include "storage/commit/read_limits.h"

namespace pe {

provision::v1::Job MemoryJob::Assemble(JobDetail detail) const {
  provision::v1::Job job = summary;
  if (detail == JobDetail::kFull) job.MergeFrom(spec);
  if (detail == JobDetail::kSummary) return job;
  for (const auto& [index, target] : targets) {
    provision::v1::Target* out = job.add_targets();
    *out = target;
    if (detail == JobDetail::kTargets) out->clear_steps();
  }
  return job;
}

bool MemoryJob::Matches(const JobFilter& filter) const {
  auto names = [&](const auto& row) { return row.second.resource() == filter.resource; };
  return (!filter.state.has_value() || summary.state() == *filter.state) &&
         (filter.environment.empty() || summary.environment() == filter.environment) &&
         (filter.service.empty() || summary.service() == filter.service) &&
         (filter.resource.empty() || std::any_of(targets.begin(), targets.end(), names));
}

MemoryState::MemoryState() {
  for (provision::v1::Environment& first : FirstEnvironments()) {
    const std::string id = *EnvironmentIdOf(first.name());
    environments[id] = std::move(first);
  }
}

void MemoryState::Apply(ChangeSet& changes) {
  for (JobChange& change : changes.jobs) ApplyJob(change);
  for (auto& [id, resource] : changes.resources) {
    auto old = resources.find(id);
    if (old != resources.end()) {
      auto address = addresses.find(old->second.address());
      // Another resource of the group may have taken the address over already.
      if (address != addresses.end() && address->second == id) addresses.erase(address);
      resources.erase(old);
    }
    if (!resource.has_value()) continue;
    if (!resource->address().empty()) addresses[resource->address()] = id;
    resources[id] = *std::move(resource);
  }
  for (auto& [id, environment] : changes.environments) {
    if (environment.has_value()) {
      environments[id] = *std::move(environment);
    } else {
      environments.erase(id);
    }
  }
  max_admission = std::max(max_admission, changes.max_admission);
}

void MemoryState::ApplyJob(JobChange& change) {
  MemoryJob& job = jobs[change.after.key];
  if (change.created) {
    keys[change.id.str()] = change.after.key;
    job.spec = std::move(change.spec);
    if (!change.request_id.empty()) requests[change.request_id] = {change.id, change.request_digest};
  }
  job.head = change.after;
  if (change.summary.has_value()) job.summary = *std::move(change.summary);
  for (auto& [index, target] : change.targets) job.targets[index] = std::move(target);
  for (EventChunk& chunk : change.chunks) job.chunks.push_back(std::move(chunk));
  for (auto& [key, value] : change.private_rows) {
    if (value.empty()) {
      job.private_rows.erase(key);
    } else {
      job.private_rows[key] = std::move(value);
    }
  }
  if (!job.head.terminal) return;
  job.private_rows.clear();
  int64_t& bytes = ended_logs[{change.ended, job.head.key}];
  for (const EventChunk& chunk : job.chunks) bytes += static_cast<int64_t>(chunk.bytes.size());
}

int64_t MemoryState::EndedEventBytes() const {
  int64_t bytes = 0;
  for (const auto& [end, size] : ended_logs) bytes += size;
  return bytes;
}

DroppedEvents MemoryState::DropEvents(WallMicros ended_before, int64_t enough_bytes) {
  DroppedEvents out;
  const int64_t enough = std::min(enough_bytes, kMaxDropBytes);
  int64_t chunks = 0;
  while (!ended_logs.empty() && ended_logs.begin()->first.first < ended_before && out.bytes < enough &&
         chunks < kMaxDropChunks) {
    MemoryJob& job = jobs.at(ended_logs.begin()->first.second);
    const EventChunk& chunk = job.chunks.front();
    const int64_t size = static_cast<int64_t>(chunk.bytes.size());
    ++chunks;
    out.events += chunk.last_seq - chunk.first_seq + 1;
    out.bytes += size;
    job.oldest_seq = chunk.last_seq + 1;
    ended_logs.begin()->second -= size;
    job.chunks.erase(job.chunks.begin());
    if (job.chunks.empty()) ended_logs.erase(ended_logs.begin());
  }
  out.more = !ended_logs.empty() && ended_logs.begin()->first.first < ended_before;
  return out;
}

absl::StatusOr<std::optional<JobHead>> MemoryState::FindJob(const JobId& id) {
  const MemoryJob* job = Job(id);
  return job == nullptr ? std::nullopt : std::make_optional(job->head);
}

absl::StatusOr<std::optional<Store::RequestRecord>> MemoryState::FindRequest(const std::string& request_id) {
  auto it = requests.find(request_id);
  return it == requests.end() ? std::nullopt : std::make_optional(it->second);
}

absl::StatusOr<std::optional<ResourceHead>> MemoryState::FindResource(const std::string& id) {
  auto it = resources.find(id);
  if (it == resources.end()) return std::optional<ResourceHead>();
  return std::make_optional(ResourceHead{it->second.etag(), it->second.address()});
}

absl::StatusOr<std::optional<std::string>> MemoryState::FindAddress(const std::string& address) {
  auto it = addresses.find(address);
  return it == addresses.end() ? std::nullopt : std::make_optional(it->second);
}

absl::StatusOr<std::optional<std::string>> MemoryState::FindEnvironment(const std::string& id) {
  auto it = environments.find(id);
  return it == environments.end() ? std::nullopt : std::make_optional(it->second.etag());
}

const MemoryJob* MemoryState::Job(const JobId& id) const {
  auto key = keys.find(id.str());
  return key == keys.end() ? nullptr : &jobs.at(key->second);
}

}  // namespace pe
