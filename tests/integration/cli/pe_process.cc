#include "tests/integration/cli/pe_process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

namespace pe::cli {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

// Appends what can be read now; false at the end. A pseudo-terminal ends with EIO.
bool Drain(int fd, std::string* to) {
  char buffer[65536];
  const ssize_t n = read(fd, buffer, sizeof(buffer));
  if (n > 0) to->append(buffer, static_cast<size_t>(n));
  return n > 0;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

PeProcess::PeProcess(const std::vector<std::string>& arguments, const Options& options) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) abort();
  winsize size{.ws_row = 24, .ws_col = 80};
  if (options.terminal) {
    if (openpty(&err[0], &err[1], nullptr, nullptr, &size) != 0) abort();
  } else if (pipe2(err, O_CLOEXEC) != 0) {
    abort();
  }
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), "pe");
  std::vector<std::string> environment = options.environment;
  environment.insert(environment.end(), {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "TERM=xterm", "LANG=C.UTF-8"});
  const std::vector<char*> argv = Pointers(&words);
  const std::vector<char*> envp = Pointers(&environment);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execve(PE_BINARY, argv.data(), envp.data());
    _exit(127);
  }
  close(in[0]), close(out[1]), close(err[1]);
  out_fd_ = out[0], err_fd_ = err[0];
  if (write(in[1], options.input.data(), options.input.size()) < 0) abort();
  close(in[1]);
}

PeProcess::~PeProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_fd_ >= 0) close(out_fd_);
  if (err_fd_ >= 0) close(err_fd_);
}

bool PeProcess::Pump(int ms) {
  pollfd fds[] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};  // a closed one is -1, which poll leaves alone
  poll(fds, 2, ms);
  if (fds[0].revents != 0 && !Drain(out_fd_, &out_)) close(out_fd_), out_fd_ = -1;
  if (fds[1].revents != 0 && !Drain(err_fd_, &err_)) close(err_fd_), err_fd_ = -1;
  return out_fd_ >= 0 || err_fd_ >= 0;
}

bool PeProcess::WaitFor(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  const auto has = [&] { return out_.find(text) != std::string::npos || err_.find(text) != std::string::npos; };
  while (!has() && std::chrono::steady_clock::now() < end) {
    if (!Pump(100)) break;
  }
  return has();
}

void PeProcess::Signal(int signal) { kill(pid_, signal); }

int PeProcess::Wait() {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (Pump(100)) {
    if (std::chrono::steady_clock::now() > end) kill(pid_, SIGKILL);
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace pe::cli
