// Context: what every command works with: the options, the engine, and the two streams. stdout is data, stderr is
// messages.
// Thread rule: the main thread only.
#ifndef CLIENT_CLI_COMMANDS_CONTEXT_H_
#define CLIENT_CLI_COMMANDS_CONTEXT_H_

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/commands/options.h"
#include "client/cli/spec_file/spec_file.h"
#include "client/cpp/connection.h"

namespace pe::cli {

class Context {
 public:
  explicit Context(GlobalOptions options) : options_(std::move(options)) {}

  const GlobalOptions& options() const { return options_; }
  // The engine; opened at the first use.
  absl::StatusOr<provision::client::Connection*> Engine();

  // Data, and messages. Both are written through at once.
  void Out(absl::string_view text) const;
  void Err(absl::string_view text) const;
  bool err_is_terminal() const;
  // Colour on stderr: a terminal, no NO_COLOR, TERM not "dumb".
  bool err_has_colour() const;

  // Writes `message` as --output asks; `table` makes the text for people.
  void Emit(const google::protobuf::Message& message, absl::string_view name,
            const std::function<std::string()>& table) const;

  // Says what went wrong and what to do next; returns the exit code. `spec` gives violations their line and column.
  int Fail(const absl::Status& status, const SpecFile* spec = nullptr) const;
  int FailUsage(absl::string_view message) const;

 private:
  GlobalOptions options_;
  std::unique_ptr<provision::client::Connection> connection_;
};

// "jobs/ID" from what a person types: "jobs/ID", "ID", the beginning of an ID, "latest" or "-".
absl::StatusOr<std::string> ResolveJob(Context* context, absl::string_view text);

// The newest jobs' ids, the resources' and the environments' names, for completion: nothing when the engine does not
// answer.
std::vector<std::string> JobNames(Context* context);
std::vector<std::string> ResourceNames(Context* context);
std::vector<std::string> EnvironmentNames(Context* context);

// "resources/NAME" from "NAME" or "resources/NAME".
std::string ResourceName(absl::string_view text);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_CONTEXT_H_
