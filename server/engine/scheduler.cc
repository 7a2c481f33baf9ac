#include "server/engine/scheduler.h"

#include <iterator>

#include "base/mutant.h"

namespace pe {

void Scheduler::Add(const JobId& job, int64_t admission, const std::vector<std::string>& keys) {
  jobs_[job] = Entry{admission, keys};
  for (const std::string& key : keys) queues_[key][admission] = job;
}

std::vector<Scheduler::Notice> Scheduler::Remove(const JobId& job) {
  std::vector<Notice> notices;
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return notices;
  for (const std::string& key : found->second.keys) {
    auto queue = queues_.find(key);
    const auto next = queue->second.erase(queue->second.find(found->second.admission));
    if (next != queue->second.end()) notices.push_back(Look(next->second, key));
    if (queue->second.empty()) queues_.erase(queue);
  }
  jobs_.erase(found);
  return notices;
}

Scheduler::Notice Scheduler::Look(const JobId& job, const std::string& key) const {
  const auto& queue = queues_.at(key);
  const auto at = queue.find(jobs_.at(job).admission);
  Notice notice{job, key, std::nullopt};
  if (at != queue.begin() && !PE_MUTANT(two_jobs_on_a_host)) notice.behind = std::prev(at)->second;
  return notice;
}

}  // namespace pe
