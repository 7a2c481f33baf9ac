// Pipe: the way to one host, on which one program of the agent runs at a time, as bytes in and out. The transports
// differ in nothing else.
// Thread rule: everything is called on one EventLoop, events included.
#ifndef SERVER_TRANSPORT_PIPE_H_
#define SERVER_TRANSPORT_PIPE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/transport/transport.h"

namespace pe::transport {

enum class Program {
  kAttach,   // the agent that is there
  kReceive,  // the probe that takes an agent and then becomes it (push_dialog.h)
};

// How a program, or the way to it, ended.
struct PipeEnd {
  std::optional<CloseReason> broken;  // the way itself failed; nothing can run there any more
  int exit_code = -1;                 // else: of the program; -1 when it is not known
  int signal = 0;
  std::string error_text;  // last bytes of its standard error

  // "exit code 1: text", for messages.
  std::string Describe() const;
};

class PipeEvents {
 public:
  virtual ~PipeEvents() = default;
  virtual void OnBytes(absl::string_view bytes) = 0;
  // After a Write that took less than it was given.
  virtual void OnWritable() = 0;
  // The last event of a program.
  virtual void OnEnd(const PipeEnd& end) = 0;
};

class Pipe {
 public:
  // Ends the program's input and output; no event follows. What it started on the host goes on.
  // Neither this nor Run is called from within an event.
  virtual ~Pipe() = default;
  // Starts a program in place of the one before, whose events end.
  virtual void Run(Program program, PipeEvents* events) = 0;
  // Takes as much as there is room for now. May be called from within an event.
  virtual size_t Write(absl::string_view bytes) = 0;
  // The agent has said Hello and is accepted: no further program will be asked for.
  virtual void Settle() {}
  // What the host proved: "SHA256:..."; empty where there is no such thing.
  virtual std::string host_key() const = 0;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_PIPE_H_
