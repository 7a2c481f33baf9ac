// TransportWorld: what one test of the suite works in: a folder, agent binaries, a transport and, for the ssh ones, an
// sshd. Everything is gone when it is destroyed.
#ifndef TESTS_CONFORMANCE_TRANSPORT_TRANSPORT_WORLD_H_
#define TESTS_CONFORMANCE_TRANSPORT_TRANSPORT_WORLD_H_

#include <map>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "server/transport/options.h"
#include "tests/conformance/transport/recorder.h"
#include "tests/conformance/transport/test_sshd.h"

namespace pe {

class TransportWorld {
 public:
  explicit TransportWorld(std::string transport);
  ~TransportWorld();

  bool over_ssh() const { return transport_ == "ssh" || transport_ == "openssh"; }
  // Empty, or why the suite cannot run here.
  std::string WhyNot() const;
  // Further lines of sshd's configuration; before Start.
  void Configure(absl::string_view more) { sshd_more_ += std::string(more) + "\n"; }
  // Before the first Connect; changes what the product would use.
  TransportOptions& options() { return options_; }
  // What the agent on the host does from now on; "" is well-behaved.
  void SetAgentMode(absl::string_view mode);
  // Uses this binary instead of the test agent.
  void UseAgent(const std::string& path);
  // The engine's binary becomes another one (with a digest of its own) that behaves the same.
  void ReleaseAgent();

  // A request that would succeed.
  ConnectRequest Request();
  // The transport; made on first use.
  Transport& transport();
  // Destroys the transport.
  void EndTransport() { transports_.clear(); }
  std::unique_ptr<Connection> Connect(const std::shared_ptr<Recorder>& recorder) {
    return transport().Connect(Request(), recorder);
  }

  const std::string& folder() const { return folder_; }
  std::string host_folder() const { return folder_ + "/host"; }  // the agent's, by ssh
  TestSshd& sshd();

 private:
  const std::string transport_;
  std::string folder_;
  TransportOptions options_;
  std::string sshd_more_;
  std::unique_ptr<TestSshd> sshd_;
  std::map<std::string, std::unique_ptr<Transport>> transports_;
};

}  // namespace pe

#endif  // TESTS_CONFORMANCE_TRANSPORT_TRANSPORT_WORLD_H_
