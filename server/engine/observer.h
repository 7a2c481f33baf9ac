// EngineObserver: is told what became durable, for who counts. Not for who shows a job: that is EventHub.
#ifndef SERVER_ENGINE_OBSERVER_H_
#define SERVER_ENGINE_OBSERVER_H_

#include <cstdint>

#include "provision/v1/job.pb.h"
#include "server/engine/event_hub.h"

namespace pe {

// Called on the engine's thread: must be short and must not block.
class EngineObserver {
 public:
  virtual ~EngineObserver() = default;
  // `job` is durable, and will run.
  virtual void OnAccepted(const provision::v1::Job& job) = 0;
  // `batch` is durable, which is everything after a job's creation. `job` has its events, and may have later ones.
  virtual void OnEvents(const provision::v1::Job& job, const EventBatch& batch) = 0;
  // A batch came back from the store, `micros` after it was given to it.
  virtual void OnCommit(int64_t micros, bool ok) = 0;
};

}  // namespace pe

#endif  // SERVER_ENGINE_OBSERVER_H_
