#include "server/agent/system/real_process_runner.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "server/agent/system/errno_status.h"
#include "server/agent/system/running_command.h"

namespace pe::agent {
namespace {

bool IsProgram(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0;
}

// "NAME=value" texts: the minimal environment and what the command adds to it or overrides.
std::vector<std::string> EnvironmentOf(const Command& command) {
  std::map<std::string, std::string> values = {{"PATH", kDefaultPath}, {"LANG", "C.UTF-8"}, {"HOME", "/root"}};
  for (const auto& [name, value] : command.environment) values[name] = value;
  std::vector<std::string> out;
  for (const auto& [name, value] : values) out.push_back(absl::StrCat(name, "=", value));
  return out;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

SupervisorJob JobOf(const Command& command, const CommandPipes& pipes) {
  return SupervisorJob{.directory = command.directory.c_str(),
                       .uid = command.uid,
                       .gid = command.gid,
                       .groups = command.groups.data(),
                       .group_count = command.groups.size(),
                       .change_user = command.uid != 0,
                       .input = pipes.input_child.get(),
                       .output = pipes.output_child.get(),
                       .error = pipes.error_child.get(),
                       .status = pipes.status_child.get(),
                       .control = pipes.control_child.get(),
                       .result = pipes.result_child.get()};
}

void CloseChildEnds(CommandPipes& pipes) {
  for (UniqueFd* fd : {&pipes.input_child, &pipes.output_child, &pipes.error_child, &pipes.status_child,
                       &pipes.control_child, &pipes.result_child}) {
    fd->Reset();
  }
}

void Collect(pid_t supervisor) {
  while (waitpid(supervisor, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

absl::StatusOr<std::string> FindProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  for (const absl::string_view directory : absl::StrSplit(kDefaultPath, ':')) {
    std::string path = absl::StrCat(directory, "/", name);
    if (IsProgram(path)) return path;
  }
  return absl::NotFoundError(absl::StrCat(name, ": no such program in ", kDefaultPath));
}

absl::StatusOr<CommandResult> RealProcessRunner::Run(const Command& command, const CancelToken& cancel) {
  if (command.argv.empty() || command.argv[0].empty()) return absl::InvalidArgumentError("a command without a program");
  if (cancel.set() && (command.interruptible || cancel.why() != CancelToken::Why::kCancelled)) {
    CommandResult result;  // too late to begin
    result.signal = 15;
    (cancel.why() == CancelToken::Why::kTimedOut ? result.timed_out : result.cancelled) = true;
    return result;
  }
  PE_ASSIGN_OR_RETURN(const std::string program, FindProgram(command.argv[0]));
  std::vector<std::string> argv = command.argv;
  std::vector<std::string> environment = EnvironmentOf(command);
  const std::vector<char*> argv_pointers = Pointers(argv);
  const std::vector<char*> environment_pointers = Pointers(environment);
  CommandPipes pipes;
  PE_RETURN_IF_ERROR(OpenPipes(command, pipes));
  SupervisorJob job = JobOf(command, pipes);
  job.program = program.c_str();
  job.argv = argv_pointers.data();
  job.environment = environment_pointers.data();

  std::string cgroup;
  UniqueFd cgroup_fd;
  if (!options_.cgroup.empty()) {
    cgroup = absl::StrCat(options_.cgroup, "/c", next_cgroup_.fetch_add(1));
    if (mkdir(cgroup.c_str(), 0755) == 0) cgroup_fd.Reset(open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    job.cgroup = cgroup_fd.get();
  }
  absl::Cleanup remove_cgroup = [&] {
    if (!cgroup.empty()) rmdir(cgroup.c_str());
  };

  const pid_t supervisor = fork();
  if (supervisor < 0) return ErrnoStatus(errno, absl::StrCat(command.argv[0], ": no process could be made for it"));
  if (supervisor == 0) RunSupervisor(job);
  CloseChildEnds(pipes);
  absl::StatusOr<CommandResult> result = RunningCommand(command, cancel, clock_, options_.grace_us, pipes).Wait();
  Collect(supervisor);
  return result;
}

}  // namespace pe::agent
