// The reads of a MemoryStore. Each holds the lock for its whole snapshot.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/commit/job_parts.h"
#include "storage/commit/read_limits.h"
#include "storage/memory/memory_store.h"

namespace pe {
namespace {

bool HasLabels(const provision::v1::Resource& resource,
               const std::vector<std::pair<std::string, std::string>>& labels) {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    auto it = resource.labels().find(label.first);
    return it != resource.labels().end() && it->second == label.second;
  });
}

}  // namespace

absl::StatusOr<provision::v1::Job> MemoryStore::GetJob(const JobId& id, JobDetail detail) {
  MutexLock lock(&mu_);
  const MemoryJob* job = state_.Job(id);
  if (job == nullptr) return NoJob(id);
  return job->Assemble(detail);
}

absl::StatusOr<Page<provision::v1::Job>> MemoryStore::ListJobs(const JobFilter& filter, const std::string& after,
                                                               int limit) {
  PE_ASSIGN_OR_RETURN(const int64_t below, ParseJobCursor(after, std::numeric_limits<int64_t>::max()));
  const size_t wanted = PageLimit(limit);
  MutexLock lock(&mu_);
  Page<provision::v1::Job> page;
  int64_t last = 0;
  for (auto it = state_.jobs.lower_bound(below); it != state_.jobs.begin();) {
    --it;
    if (!it->second.Matches(filter)) continue;
    if (page.items.size() == wanted) {
      page.next = JobCursor(last);
      break;
    }
    page.items.push_back(it->second.Assemble(JobDetail::kSummary));
    last = it->first;
  }
  return page;
}

absl::StatusOr<EventPage> MemoryStore::ReadEvents(const JobId& id, int64_t after_seq, int limit) {
  after_seq = std::max<int64_t>(after_seq, 0);
  MutexLock lock(&mu_);
  const MemoryJob* job = state_.Job(id);
  if (job == nullptr) return NoJob(id);
  EventPage page;
  page.last_seq = job->head.last_seq;
  page.oldest_available = job->oldest_seq;
  if (after_seq + 1 < page.oldest_available) return EventsGone(id, page.oldest_available);
  for (const EventChunk& chunk : job->chunks) {
    if (chunk.last_seq <= after_seq) continue;
    PE_RETURN_IF_ERROR(ParseChunk(chunk.bytes, chunk.first_seq, after_seq, PageLimit(limit), page.events));
  }
  return page;
}

absl::StatusOr<std::optional<Store::RequestRecord>> MemoryStore::FindRequest(const std::string& request_id) {
  MutexLock lock(&mu_);
  return state_.FindRequest(request_id);
}

absl::StatusOr<Page<UnfinishedJob>> MemoryStore::ListUnfinished(const std::string& after, int limit) {
  MutexLock lock(&mu_);
  int64_t above = 0;
  if (!after.empty()) {
    auto key = state_.keys.find(after);
    if (key == state_.keys.end()) return BadUnfinishedCursor(after);
    above = key->second;
  }
  Page<UnfinishedJob> page;
  for (auto it = state_.jobs.upper_bound(above); it != state_.jobs.end(); ++it) {
    const MemoryJob& job = it->second;
    if (job.head.terminal) continue;
    if (page.items.size() == PageLimit(limit)) {
      page.next = JobIdOf(page.items.back().job)->str();
      break;
    }
    UnfinishedJob& item = page.items.emplace_back();
    item.job = job.Assemble(JobDetail::kFull);
    for (const auto& [key, value] : job.private_rows) item.private_rows.push_back({key, value});
  }
  return page;
}

absl::StatusOr<std::string> MemoryStore::GetPrivate(const JobId& id, const std::string& key) {
  MutexLock lock(&mu_);
  const MemoryJob* job = state_.Job(id);
  if (job == nullptr || !job->private_rows.contains(key)) return NoPrivate(id, key);
  return job->private_rows.at(key);
}

absl::StatusOr<int64_t> MemoryStore::MaxAdmission() {
  MutexLock lock(&mu_);
  return state_.max_admission;
}

absl::StatusOr<provision::v1::Resource> MemoryStore::GetResource(const ResourceId& id) {
  MutexLock lock(&mu_);
  auto it = state_.resources.find(id.str());
  if (it == state_.resources.end()) return NoResource(id);
  return it->second;
}

absl::StatusOr<Page<provision::v1::Resource>> MemoryStore::ListResources(
    const std::vector<std::pair<std::string, std::string>>& labels, const std::string& after, int limit) {
  MutexLock lock(&mu_);
  Page<provision::v1::Resource> page;
  std::string last;
  for (auto it = state_.resources.upper_bound(after); it != state_.resources.end(); ++it) {
    if (!HasLabels(it->second, labels)) continue;
    if (page.items.size() == PageLimit(limit)) {
      page.next = last;
      break;
    }
    page.items.push_back(it->second);
    last = it->first;
  }
  return page;
}

absl::StatusOr<std::optional<provision::v1::Resource>> MemoryStore::FindResourceByAddress(const std::string& address) {
  MutexLock lock(&mu_);
  auto it = state_.addresses.find(address);
  if (it == state_.addresses.end()) return std::optional<provision::v1::Resource>();
  return std::make_optional(state_.resources.at(it->second));
}

absl::StatusOr<provision::v1::Environment> MemoryStore::GetEnvironment(const EnvironmentId& id) {
  MutexLock lock(&mu_);
  auto it = state_.environments.find(id.str());
  if (it == state_.environments.end()) return NoEnvironment(id);
  return it->second;
}

absl::StatusOr<Page<provision::v1::Environment>> MemoryStore::ListEnvironments(const std::string& after, int limit) {
  MutexLock lock(&mu_);
  Page<provision::v1::Environment> page;
  std::string last;
  for (auto it = state_.environments.upper_bound(after); it != state_.environments.end(); ++it) {
    if (page.items.size() == PageLimit(limit)) {
      page.next = last;
      break;
    }
    page.items.push_back(it->second);
    last = it->first;
  }
  return page;
}

}  // namespace pe
