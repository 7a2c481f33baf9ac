#include "server/agent/rootfs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/policy_rc.h"
#include "server/agent/rootfs_mounts.h"
#include "server/agent/serve.h"
#include "server/agent/system/errno_status.h"

namespace pe::agent {
namespace {

constexpr int kUsage = 64;

absl::Status CheckRoot(const std::string& directory) {
  if (directory.empty() || directory[0] != '/' || directory.find("/../") != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("'", directory, "' is not an absolute path"));
  }
  struct stat st;
  if (stat(directory.c_str(), &st) != 0) return ErrnoStatus(errno, directory);
  struct stat root;
  if (stat("/", &root) == 0 && st.st_dev == root.st_dev && st.st_ino == root.st_ino) {
    return absl::InvalidArgumentError("the machine's own root is no target of the rootfs transport; use local://");
  }
  if (!S_ISDIR(st.st_mode)) return absl::InvalidArgumentError(absl::StrCat(directory, ": is not a directory"));
  if (geteuid() != 0) return absl::PermissionDeniedError("pe-agent rootfs needs root");
  return absl::OkStatus();
}

// The first process of the PID namespace: its end is the end of all others.
int Inside(const std::string& directory) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  absl::Status status = MountRoot(directory);
  if (status.ok() && (chroot(directory.c_str()) != 0 || chdir("/") != 0)) status = ErrnoStatus(errno, directory);
  if (!status.ok()) {
    fprintf(stderr, "pe-agent rootfs: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  // The redirection of tests is a path of the machine outside; inside, everything is in its usual place.
  unsetenv("PE_AGENT_RUN");
  unsetenv("PE_AGENT_STATE");
  return Serve({.standard_streams = true, .rootfs = true});
}

pid_t inside = -1;  // for the handler

// The inner process has a handler of its own once it serves; its end ends its namespace.
void PassOn(int number) {
  if (inside > 0) kill(inside, number);
}

int Outside(pid_t child) {
  inside = child;
  struct sigaction action {};
  action.sa_handler = PassOn;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int RunRootfs(const std::string& directory) {
  if (const absl::Status status = CheckRoot(directory); !status.ok()) {
    fprintf(stderr, "pe-agent rootfs: %s\n", std::string(status.message()).c_str());
    return kUsage;
  }
  umask(022);
  absl::StatusOr<PolicyRc> policy = PolicyRc::Install(directory);
  if (!policy.ok()) {
    fprintf(stderr, "pe-agent rootfs: %s\n", std::string(policy.status().message()).c_str());
    return 1;
  }
  // This process must come to its end, where it takes the policy away.
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0) {
    fprintf(stderr, "pe-agent rootfs: %s\n", std::string(ErrnoStatus(errno, "new namespaces").message()).c_str());
    return 1;
  }
  const pid_t child = fork();
  if (child < 0) {
    fprintf(stderr, "pe-agent rootfs: %s\n", std::string(ErrnoStatus(errno, "a process").message()).c_str());
    return 1;
  }
  if (child == 0) {
    policy->Disown();
    exit(Inside(directory));
  }
  return Outside(child);
}

}  // namespace pe::agent
