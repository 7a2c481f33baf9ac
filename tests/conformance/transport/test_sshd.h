// TestSshd: a real sshd on loopback with keys and configuration of its own in a folder; ended with the object.
#ifndef TESTS_CONFORMANCE_TRANSPORT_TEST_SSHD_H_
#define TESTS_CONFORMANCE_TRANSPORT_TEST_SSHD_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pe {

// Runs a program to its end; its standard output. Fails the test when it fails.
std::string RunProgram(const std::vector<std::string>& argv);

// A loopback port that nobody listens on at the moment of the call.
int UnusedPort();

// Makes a key pair: FILE and FILE.pub.
void MakeKey(const std::string& file, absl::string_view type = "ed25519");

class TestSshd {
 public:
  // `folder` gets host_key and user_key; `more` is added to the configuration. Null when it did not come up.
  static std::unique_ptr<TestSshd> Start(const std::string& folder, absl::string_view more);
  ~TestSshd();

  int port() const { return port_; }
  const std::string& fingerprint() const { return fingerprint_; }  // "SHA256:..." of its host key
  std::string user_key() const { return folder_ + "/user_key"; }

 private:
  TestSshd(std::string folder, int port, pid_t pid, int log_fd, std::string fingerprint)
      : folder_(std::move(folder)), port_(port), pid_(pid), log_fd_(log_fd), fingerprint_(std::move(fingerprint)) {}

  const std::string folder_;
  const int port_;
  const pid_t pid_;
  const int log_fd_;
  const std::string fingerprint_;
};

}  // namespace pe

#endif  // TESTS_CONFORMANCE_TRANSPORT_TEST_SSHD_H_
