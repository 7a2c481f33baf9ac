// FakeProcesses: a ProcessRunner that answers from a script and remembers what was run.
#ifndef TESTS_UNIT_AGENT_STEPS_FAKE_PROCESSES_H_
#define TESTS_UNIT_AGENT_STEPS_FAKE_PROCESSES_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "server/agent/system/process.h"

namespace pe::agent {

class FakeProcesses final : public ProcessRunner {
 public:
  using Answer = std::function<CommandResult(const Command&)>;
  // The newest answer whose words all occur in the command line is used. A command without one is an error.
  void On(std::vector<std::string> words, Answer answer) { answers_.emplace_back(std::move(words), std::move(answer)); }
  void On(std::vector<std::string> words, std::string output, int exit_code = 0, std::string error = "") {
    On(std::move(words), [=](const Command&) {
      CommandResult result;
      result.exit_code = exit_code;
      result.standard_output = output;
      result.standard_error = error;
      return result;
    });
  }

  absl::StatusOr<CommandResult> Run(const Command& command, const CancelToken&) override {
    const std::string line = absl::StrJoin(command.argv, " ");
    ran.push_back(command);
    lines.push_back(line);
    for (auto at = answers_.rbegin(); at != answers_.rend(); ++at) {
      bool fits = true;
      for (const std::string& word : at->first) fits &= absl::StrContains(line, word);
      if (fits) return at->second(command);
    }
    return absl::NotFoundError("no program for: " + line);
  }

  std::vector<Command> ran;
  std::vector<std::string> lines;

 private:
  std::vector<std::pair<std::vector<std::string>, Answer>> answers_;
};

}  // namespace pe::agent

#endif  // TESTS_UNIT_AGENT_STEPS_FAKE_PROCESSES_H_
