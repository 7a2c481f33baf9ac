// SimWatch: a client's watch of one job: live events from the engine's hub, and what it missed from the store. It must
// get every event once, in order; a gap while nothing had gone wrong is a fault of the engine.
#ifndef TESTS_SIMULATION_SIM_WATCH_H_
#define TESTS_SIMULATION_SIM_WATCH_H_

#include <memory>
#include <string>

#include "server/engine/event_hub.h"
#include "server/engine/transitions.h"
#include "storage/store.h"
#include "tests/simulation/sim_faults.h"

namespace pe::sim {

class SimWatch final : private EventSubscriber {
 public:
  SimWatch(SimEnv& env, Store& store, JobId job) : env_(env), store_(store), job_(std::move(job)) {}
  ~SimWatch() override { Leave(); }

  // Subscribes, then reads what is stored already.
  void Join(EventHub* hub) {
    Leave();
    hub_ = hub;
    hub_->Subscribe(job_, this);
    CatchUp(INT64_MAX);
  }
  void Leave() {
    if (hub_ != nullptr) std::exchange(hub_, nullptr)->Unsubscribe(job_, this);
  }
  // Events may be committed without being published: a commit was refused, and with it the engine dropped all it had in
  // hand, also what was submitted after that and is committed all the same.
  void ExcuseGap() { excused_ = true; }
  // Everything up to `through` that was not seen yet, from the store.
  void CatchUp(int64_t through) {
    while (seen_ < through) {
      const auto page = store_.ReadEvents(job_, seen_, 1000);
      if (!page.ok() || page->events.empty()) return;
      for (const auto& event : page->events) {
        if (event.seq() <= through) Take(event);
      }
    }
  }

 private:
  void OnBatch(std::shared_ptr<const EventBatch> batch) override {
    if (batch->from_seq > seen_ + 1) {
      if (!std::exchange(excused_, false)) Wrong("was not told of events", batch->from_seq);
      CatchUp(batch->from_seq - 1);
    }
    for (const auto& event : batch->events) {
      if (event.seq() > seen_) Take(event);
    }
    if (batch->through_seq > seen_) Wrong("got a batch that does not cover its range up to", batch->through_seq);
  }
  void Take(const provision::v1::Event& event) {
    if (event.seq() != seen_ + 1) Wrong("jumps to", event.seq());
    if (ended_) Wrong("gets an event after the end:", event.seq());
    seen_ = event.seq();
    ended_ = event.target() < 0 && event.has_state() && IsTerminal(event.state().state());
    env_.faults.Trace(job_.str().substr(16), event.seq() * 100 + event.payload_case());
  }
  void Wrong(const char* what, int64_t seq) {
    env_.wrong("the watch of " + job_.str() + " at " + std::to_string(seen_) + " " + what + " " + std::to_string(seq));
  }

  SimEnv& env_;
  Store& store_;
  const JobId job_;
  EventHub* hub_ = nullptr;
  int64_t seen_ = 0;
  bool ended_ = false;
  bool excused_ = false;
};

}  // namespace pe::sim

#endif  // TESTS_SIMULATION_SIM_WATCH_H_
