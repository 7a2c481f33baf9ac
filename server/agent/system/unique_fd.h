// UniqueFd: owns a file descriptor and closes it. A move-only value.
#ifndef SERVER_AGENT_SYSTEM_UNIQUE_FD_H_
#define SERVER_AGENT_SYSTEM_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace pe::agent {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_UNIQUE_FD_H_
