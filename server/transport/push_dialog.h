// PushDialog: our side of the conversation with the constant probe-and-receive command (remote_commands.cc). Pure.
//
//   host                          we
//   "PE1 MACHINE UID\n"     ->
//                           <-    "DIGEST SIZE\n"
//   "HAVE\n" or "WANT\n"    ->
//                           <-    with WANT: the binary
//   "DONE\n", then frames   ->
#ifndef SERVER_TRANSPORT_PUSH_DIALOG_H_
#define SERVER_TRANSPORT_PUSH_DIALOG_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/transport/agent_files.h"
#include "server/transport/transport.h"

namespace pe::transport {

class PushDialog {
 public:
  // What to do after some bytes; nothing in it: wait for more.
  struct Turn {
    std::optional<CloseReason> failed;
    std::string send;
    std::shared_ptr<const AgentBinary> send_binary;
    bool installed = false;  // `rest` and what follows are frames
    std::string rest;
  };

  // `files` outlives it. `user` and `target` are for messages.
  PushDialog(AgentFiles* files, std::string user, std::string target)
      : files_(files), user_(std::move(user)), target_(std::move(target)) {}

  Turn OnBytes(absl::string_view bytes);
  // The host has said who it is: what fails now is not the login's or sudo's fault.
  bool greeted() const { return expect_ != Expect::kMachine; }

 private:
  enum class Expect { kMachine, kHaveOrWant, kDone };

  void OnLine(absl::string_view line, Turn& turn);
  void OnMachine(absl::string_view line, Turn& turn);

  AgentFiles* const files_;
  const std::string user_;
  const std::string target_;
  Expect expect_ = Expect::kMachine;
  std::string buffer_;
  std::shared_ptr<const AgentBinary> binary_;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_PUSH_DIALOG_H_
