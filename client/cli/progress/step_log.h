// StepLog: the last lines that a step wrote, put together from pieces. Bounded: 400 lines of at most 2 KiB.
// A carriage return begins a line anew, as on a terminal, so that a tool's progress is one line. Lines are escaped.
// Pure; thread-compatible.
#ifndef CLIENT_CLI_PROGRESS_STEP_LOG_H_
#define CLIENT_CLI_PROGRESS_STEP_LOG_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "provision/v1/event.pb.h"

namespace pe::cli {

class StepLog {
 public:
  void Add(const provision::v1::Output& output);
  // A line of our own among them, such as "(64 bytes were left out)".
  void AddLine(std::string line);
  // Ends lines that have no end yet.
  void Finish();

  // Lines so far, also those that were forgotten.
  int64_t count() const { return forgotten_ + static_cast<int64_t>(lines_.size()); }
  // The lines from number `first` (from 0) on, as far as they are kept.
  std::vector<std::string> From(int64_t first) const;
  // The last `most` lines, an unfinished one among them.
  std::vector<std::string> Tail(size_t most) const;

 private:
  struct Open {
    std::string text;
    bool restart = false;  // a carriage return came: the next character begins anew
  };
  void Feed(Open* open, absl::string_view bytes);

  std::deque<std::string> lines_;
  int64_t forgotten_ = 0;
  Open out_, err_;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_STEP_LOG_H_
