// Gathers one stream of a step's output into pieces of at most 16 KiB or 100 ms, values of secrets removed.
// Thread-compatible; AttemptReporter holds one for each stream behind its lock.
#ifndef SERVER_AGENT_OUTPUT_GATHERER_H_
#define SERVER_AGENT_OUTPUT_GATHERER_H_

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/redactor.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/agent/run_log.h"

namespace pe::agent {

inline constexpr size_t kOutputPieceBytes = 16 * 1024;
inline constexpr int64_t kOutputPauseUs = 100 * kMicrosPerMilli;
inline constexpr size_t kCongestedTailBytes = 64 * 1024;  // kept while the log is congested
inline constexpr size_t kFailureTailBytes = 4 * 1024;     // of both streams together, told with a failure

class OutputGatherer {
 public:
  // Both outlive it. `index` and `attempt` go into the reports.
  OutputGatherer(RunLog& log, const Redactor& redactor, int stream, int index, int attempt)
      : log_(log), redactor_(redactor), stream_(stream), index_(index), attempt_(attempt) {}

  // Returns what goes out for these bytes (for the tail of a failure).
  std::string Add(absl::string_view bytes, MonoMicros now);
  // Sends what has waited long enough.
  void Flush(MonoMicros now);
  // Sends everything; the end of the stream. Returns what the redactor had held back.
  std::string Finish();
  // When Flush has something to do; 0: nothing waits.
  MonoMicros deadline() const { return deadline_; }

 private:
  void SendPieces(bool all, bool end);

  RunLog& log_;
  StreamRedactor redactor_;
  const int stream_;
  const int index_;
  const int attempt_;
  std::string waiting_;
  int64_t offset_ = 0;   // of waiting_ within the stream
  int64_t dropped_ = 0;  // before waiting_
  MonoMicros deadline_ = 0;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_OUTPUT_GATHERER_H_
