// What provisiond does to its own process.
#ifndef SERVER_CONFIG_PROCESS_H_
#define SERVER_CONFIG_PROCESS_H_

#include <signal.h>

namespace pe {

// Asks for as many file descriptors as `wanted`, or as the hard limit allows; returns what it got.
int RaiseDescriptorLimit(int wanted);

// SIGTERM and SIGINT, taken by Wait instead of ending the process. REQUIRES: made before any thread.
class StopSignals {
 public:
  StopSignals();  // also ignores SIGPIPE
  // Blocks until one comes; returns its number. The next one after it ends the process as usual.
  int Wait();

 private:
  sigset_t set_;
};

}  // namespace pe

#endif  // SERVER_CONFIG_PROCESS_H_
