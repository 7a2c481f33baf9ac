#include "client/cli/commands/interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "client/cli/exit_code.h"

namespace pe::cli {
namespace {

// What a signal handler may touch.
volatile sig_atomic_t interrupt_fd = -1;
volatile sig_atomic_t attended = 0;
volatile sig_atomic_t seen = 0;

void OnSignal(int) {
  const int saved = errno;
  eventfd_write(interrupt_fd, 1);
  if (!attended) {
    if (seen) _exit(kExitDetached);
    constexpr char kText[] =
        "\npe: waiting for the engine's answer, to tell you the job's name; Ctrl-C again leaves without it\n";
    [[maybe_unused]] const ssize_t n = write(STDERR_FILENO, kText, sizeof(kText) - 1);
  }
  seen = 1;
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  interrupt_fd = fd_;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void Interrupt::Attend() { attended = 1; }

}  // namespace pe::cli
