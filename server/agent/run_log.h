// RunLog: the reports of one run, numbered from its base on without holes, kept until the engine acknowledges them.
// Output beyond its bound is let go, the oldest first: the report stays, with the number of bytes that are gone. Other
// reports are never dropped. Thread-safe.
#ifndef SERVER_AGENT_RUN_LOG_H_
#define SERVER_AGENT_RUN_LOG_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "provision/agent/v1/agent.pb.h"

namespace pe::agent {

inline constexpr int64_t kDefaultOutputBound = 64LL * 1024 * 1024;
// Output reports that may wait for acknowledgement, emptied ones too; above it output is gathered where it comes from.
inline constexpr int64_t kMostWaitingOutputs = 20'000;

class RunLog {
 public:
  // `clock` outlives it. `on_append` is called after every Append, from its thread; it wakes whoever sends.
  RunLog(std::string run, const Clock& clock, int64_t output_bound, int64_t base_seq, std::function<void()> on_append);

  // Sets run, seq and time, and returns the seq.
  int64_t Append(provision::agent::v1::Report report);
  // The report with this seq; nullopt when it is not made yet, or acknowledged already.
  std::optional<provision::agent::v1::Report> Get(int64_t seq) const;
  // The engine has everything up to `seq`. A larger one than there is counts as the last.
  void Ack(int64_t seq);

  int64_t last_seq() const;
  int64_t acked_seq() const;
  // More output than is reasonable waits: producers keep their last bytes and try again.
  bool Congested() const;

 private:
  void TrimOutput() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string run_;
  const Clock& clock_;
  const int64_t output_bound_;
  const std::function<void()> on_append_;
  mutable Mutex mu_;
  std::deque<provision::agent::v1::Report> reports_ ABSL_GUARDED_BY(mu_);  // seq acked_ + 1 and on
  int64_t acked_ ABSL_GUARDED_BY(mu_);
  int64_t output_bytes_ ABSL_GUARDED_BY(mu_) = 0;    // in reports_
  int64_t output_reports_ ABSL_GUARDED_BY(mu_) = 0;  // in reports_
  int64_t trimmed_to_ ABSL_GUARDED_BY(mu_) = 0;      // output up to this seq is gone
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_RUN_LOG_H_
