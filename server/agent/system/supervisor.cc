#include "server/agent/system/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

#include "base/mutant.h"

namespace pe::agent {
namespace {

constexpr int kTickMs = 10;               // between two looks for what is left
constexpr int kLeftoverGraceTicks = 100;  // 1 s of TERM for what outlives the command, then KILL
constexpr int kTicksBetweenTerms = 10;
constexpr int kMostDescriptors = 65536;

void CloseRange(int first, int last) {
  if (first > last) return;
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
  for (int fd = first; fd <= last && fd < kMostDescriptors; ++fd) close(fd);  // kernels before 5.9
}

// Closes every descriptor from `first` on but those in `keep`. Copies of other commands' pipes must not stay open here:
// their readers would never see the end.
void CloseOthers(int first, const int* keep, int count) {
  while (true) {
    int next = -1;
    for (int i = 0; i < count; ++i) {
      if (keep[i] >= first && (next < 0 || keep[i] < next)) next = keep[i];
    }
    if (next < 0) break;
    CloseRange(first, next - 1);
    first = next + 1;
  }
  CloseRange(first, kMostDescriptors);
}

void Say(int fd, SupervisorMessage::Kind kind, int32_t value, int32_t stage = 0) {
  const SupervisorMessage message{kind, value, stage};
  while (write(fd, &message, sizeof message) < 0 && errno == EINTR) {
  }
}

void ResetSignals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) sigaction(number, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void Give(const SupervisorJob& job, int32_t stage) {
  Say(job.result, SupervisorMessage::kNotStarted, errno, stage);
  _exit(127);
}

// A child that is born in `cgroup`. A later move waits for an RCU grace period, 10 ms and more for each command. 0 in
// the child; -1 where the kernel cannot (before 5.7, or a filter that knows no clone3).
pid_t ForkIntoCgroup(int cgroup) {
  clone_args arguments{};
  arguments.flags = CLONE_INTO_CGROUP;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<uint64_t>(cgroup);
  return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

void MoveInto(int cgroup) {
  const int procs = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  // Without its cgroup the command is still found by the supervisor: not a reason to refuse it.
  if (procs >= 0 && write(procs, "0", 1) == 1) close(procs);
}

[[noreturn]] void RunCommand(const SupervisorJob& job) {
  ResetSignals();
  setsid();  // a process group of its own and no terminal to ask for a password
  if (dup2(job.input, 0) < 0 || dup2(job.output, 1) < 0 || dup2(job.error, 2) < 0) Give(job, kStageDescriptors);
  if (job.status >= 0 && dup2(job.status, 3) < 0) Give(job, kStageDescriptors);
  if (job.change_user) {
    // The raw calls: glibc's would signal threads that are not there in a forked child.
    if (syscall(SYS_setgroups, job.group_count, job.groups) != 0 || syscall(SYS_setgid, job.gid) != 0 ||
        syscall(SYS_setuid, job.uid) != 0) {
      Give(job, kStageUser);
    }
  }
  if (chdir(job.directory) != 0) Give(job, kStageDirectory);
  const int keep[] = {job.result};
  CloseOthers(job.status >= 0 ? 4 : 3, keep, 1);
  execve(job.program, job.argv, job.environment);
  Give(job, kStageExec);
}

// Sends `number` to every child of this process but `except`. /proc/self/task/TID/children is what a subreaper has;
// without it (an odd kernel) only the command's group is reached, by the caller.
void SignalChildren(int number, pid_t except) {
  char path[64] = "/proc/self/task/";
  char digits[16];
  int length = 0;
  for (pid_t tid = getpid(); tid > 0; tid /= 10) digits[length++] = static_cast<char>('0' + tid % 10);
  size_t at = strlen(path);
  while (length > 0) path[at++] = digits[--length];
  memcpy(path + at, "/children", sizeof "/children");
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char buffer[4096];
  ssize_t n;
  pid_t pid = 0;
  while ((n = read(fd, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < n; ++i) {
      if (buffer[i] >= '0' && buffer[i] <= '9') {
        pid = pid * 10 + (buffer[i] - '0');
      } else if (pid > 0) {
        if (pid != except) kill(pid, number);
        pid = 0;
      }
    }
  }
  close(fd);
}

struct Tree {
  const SupervisorJob& job;
  pid_t leader = 0;
  bool leader_reaped = false;
  bool empty = false;  // no child is left

  void Signal(int number) {
    if (number == SIGKILL && job.cgroup >= 0) {
      const int fd = openat(job.cgroup, "cgroup.kill", O_WRONLY | O_CLOEXEC);
      if (fd >= 0 && write(fd, "1", 1) == 1) close(fd);
    }
    // The leader is not reaped yet, so its number is its own; before its setsid there is no such group.
    if (!leader_reaped && kill(-leader, number) != 0) kill(leader, number);
    SignalChildren(number, leader_reaped ? 0 : leader);
  }

  void Reap() {
    while (true) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid < 0 && errno == EINTR) continue;
      if (pid < 0) empty = true;
      if (pid <= 0) return;
      if (pid == leader) {
        leader_reaped = true;
        Say(job.result, SupervisorMessage::kEnded, status);
      }
    }
  }
};

// The loop: wait for a child's end or for an order, reap, and once the command itself has ended sweep what it left.
void Supervise(Tree& tree, int child_ended) {
  bool killing = false;
  int ticks_after_leader = 0;
  while (!tree.empty && !(PE_MUTANT(leak_child) && tree.leader_reaped)) {
    pollfd fds[] = {{child_ended, POLLIN, 0}, {tree.job.control, POLLIN, 0}};
    const bool sweeping = killing || tree.leader_reaped;
    poll(fds, killing ? 1 : 2, sweeping ? kTickMs : -1);
    if (fds[0].revents != 0) {
      signalfd_siginfo drain;
      while (read(child_ended, &drain, sizeof drain) > 0) {
      }
    }
    if (!killing && fds[1].revents != 0) {
      char order = kKill;
      const ssize_t n = read(tree.job.control, &order, 1);
      if (n == 1 && order == kTerm) {
        tree.Signal(SIGTERM);
      } else if (n == 0 || (n == 1 && order == kKill)) {
        killing = true;
      }
    }
    tree.Reap();
    if (tree.empty) break;
    if (tree.leader_reaped && ++ticks_after_leader > kLeftoverGraceTicks) killing = true;
    if (killing) {
      tree.Signal(SIGKILL);
    } else if (tree.leader_reaped && ticks_after_leader % kTicksBetweenTerms == 1) {
      tree.Signal(SIGTERM);  // again now and then: children of what has ended have come up meanwhile
    }
  }
}

// A descriptor that is readable when a child has ended. Not a handler: ThreadSanitizer, for one, never calls handlers
// in the child of a program with threads.
int WatchChildren() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  return sigprocmask(SIG_BLOCK, &child, nullptr) == 0 ? signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
}

}  // namespace

void RunSupervisor(const SupervisorJob& job) {
  // Signals that are meant for the agent's group must not end the one who cleans up.
  ResetSignals();
  setsid();
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
  const int keep[] = {job.input, job.output, job.error, job.status, job.control, job.result, job.cgroup};
  CloseOthers(0, keep, sizeof keep / sizeof keep[0]);
  const int child_ended = WatchChildren();
  if (child_ended < 0) Give(job, kStageFork);
  Tree tree{.job = job};
  tree.leader = job.cgroup >= 0 ? ForkIntoCgroup(job.cgroup) : -1;
  if (tree.leader == 0) RunCommand(job);
  if (tree.leader < 0) {
    tree.leader = fork();
    if (tree.leader < 0) Give(job, kStageFork);
    if (tree.leader == 0) {
      if (job.cgroup >= 0) MoveInto(job.cgroup);
      RunCommand(job);
    }
  }
  Say(job.result, SupervisorMessage::kStarted, tree.leader);
  // From here on only the command holds its streams: their end is its end.
  for (const int fd : {job.input, job.output, job.error, job.status}) {
    if (fd >= 0) close(fd);
  }
  Supervise(tree, child_ended);
  _exit(0);
}

}  // namespace pe::agent
