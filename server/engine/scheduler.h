// Scheduler: who may work on which resource. One queue a resource, ordered by admission; a job's tickets are held until
// the job is terminal, so a wait points only to an older job and waits cannot form a cycle.
// Pure; not thread-safe: the engine's loop owns it.
#ifndef SERVER_ENGINE_SCHEDULER_H_
#define SERVER_ENGINE_SCHEDULER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"

namespace pe {

class Scheduler {
 public:
  // What a change of the queues means for one job.
  struct Notice {
    JobId job;
    std::string key;              // the resource's identity
    std::optional<JobId> behind;  // the job just before it; nullopt: its turn has come
  };

  // Enqueues a ticket for each key. REQUIRES: `admission` is new; keys are unique. Jobs may be added in any order.
  void Add(const JobId& job, int64_t admission, const std::vector<std::string>& keys);
  // Takes the job's tickets back. Returns a notice for each job that followed it directly.
  std::vector<Notice> Remove(const JobId& job);
  // Where the job stands in the queue of `key`. REQUIRES: it has a ticket there.
  Notice Look(const JobId& job, const std::string& key) const;
  // Whether any job holds or awaits the key.
  bool InUse(const std::string& key) const { return queues_.contains(key); }

 private:
  struct Entry {
    int64_t admission = 0;
    std::vector<std::string> keys;
  };
  std::map<std::string, std::map<int64_t, JobId>> queues_;
  std::map<JobId, Entry> jobs_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_SCHEDULER_H_
