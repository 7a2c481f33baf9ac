#include "tests/conformance/transport/test_sshd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

extern char** environ;

namespace pe {
namespace {

// The program's standard output or error, as a pipe to read from.
pid_t Spawn(const std::vector<std::string>& argv, int captured_fd, int* read_fd) {
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) return -1;
  std::vector<char*> pointers;
  for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], captured_fd);
  pid_t pid = -1;
  if (posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, pointers.data(), environ) != 0) pid = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_fds[1]);
  *read_fd = pipe_fds[0];
  return pid;
}

// Reads until `word` has come, or the end. The rest stays in the pipe.
bool ReadUntil(int fd, absl::string_view word, std::string* text) {
  char c;
  while (read(fd, &c, 1) == 1) {
    text->push_back(c);
    if (c == '\n' && absl::StrContains(*text, word)) return true;
  }
  return false;
}

void WriteConfiguration(const std::string& folder, int port, absl::string_view more) {
  std::ofstream(folder + "/sshd_config") << "ListenAddress 127.0.0.1\nPort " << port << "\nHostKey " << folder
                                         << "/host_key\nAuthorizedKeysFile " << folder
                                         << "/user_key.pub\nPidFile none\nUsePAM no\nStrictModes no\n"
                                            "PermitRootLogin prohibit-password\nPasswordAuthentication no\n"
                                            "KbdInteractiveAuthentication no\nPrintMotd no\n"
                                         << more << "\n";
}

}  // namespace

std::string RunProgram(const std::vector<std::string>& argv) {
  int fd;
  const pid_t pid = Spawn(argv, 1, &fd);
  std::string output;
  for (char c; read(fd, &c, 1) == 1;) output.push_back(c);
  close(fd);
  int status = -1;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0) << argv[0];
  return output;
}

int UnusedPort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  close(fd);
  return ntohs(address.sin_port);
}

void MakeKey(const std::string& file, absl::string_view type) {
  RunProgram({"/usr/bin/ssh-keygen", "-q", "-t", std::string(type), "-N", "", "-f", file});
}

std::unique_ptr<TestSshd> TestSshd::Start(const std::string& folder, absl::string_view more) {
  mkdir("/run/sshd", 0755);
  MakeKey(folder + "/host_key");
  MakeKey(folder + "/user_key");
  const std::string listed = RunProgram({"/usr/bin/ssh-keygen", "-l", "-f", folder + "/host_key.pub"});
  const std::string fingerprint = std::vector<std::string>(absl::StrSplit(listed, ' '))[1];
  // Between choosing a port and listening somebody may take it: then another.
  for (int attempt = 0; attempt < 5; ++attempt) {
    const int port = UnusedPort();
    WriteConfiguration(folder, port, more);
    int log_fd;
    const pid_t pid = Spawn({"/usr/sbin/sshd", "-D", "-e", "-f", folder + "/sshd_config"}, 2, &log_fd);
    std::string log;
    if (pid > 0 && ReadUntil(log_fd, "Server listening", &log)) {
      fcntl(log_fd, F_SETPIPE_SZ, 1 << 20);  // nobody reads on: what a test makes it log fits
      return std::unique_ptr<TestSshd>(new TestSshd(folder, port, pid, log_fd, fingerprint));
    }
    if (!absl::StrContains(log, "in use")) ADD_FAILURE() << "sshd: " << log;
    close(log_fd);
    if (pid > 0) waitpid(pid, nullptr, 0);
  }
  return nullptr;
}

TestSshd::~TestSshd() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  close(log_fd_);
}

}  // namespace pe
