// Interrupt: Ctrl-C (and SIGTERM) as something a poll loop can wait for, so that leaving says how to come back.
// One per process. Thread rule: the main thread.
#ifndef CLIENT_CLI_COMMANDS_INTERRUPT_H_
#define CLIENT_CLI_COMMANDS_INTERRUPT_H_

namespace pe::cli {

class Interrupt {
 public:
  // From now on a first signal is noted. While nobody polls (a call is under way) it says so on stderr, and a second
  // one ends the process with exit code 130.
  Interrupt();
  // Readable once a signal has come.
  int fd() const { return fd_; }
  // The loop is there: signals are only noted.
  void Attend();

 private:
  const int fd_;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_INTERRUPT_H_
