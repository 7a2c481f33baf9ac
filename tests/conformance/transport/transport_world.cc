#include "tests/conformance/transport/transport_world.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/transport/agent_files.h"
#include "server/transport/all.h"

namespace pe {
namespace fs = std::filesystem;

TransportWorld::TransportWorld(std::string transport) : transport_(std::move(transport)) {
  char name[] = "/tmp/pe-transport-XXXXXX";
  folder_ = mkdtemp(name);
  for (const char* part : {"/run", "/binaries", "/root"}) fs::create_directory(folder_ + part);
  fs::permissions(folder_ + "/run", fs::perms::owner_all);  // the agent insists on it
  options_.binaries.directory = folder_ + "/binaries";
  options_.agent_directory = host_folder();
  options_.agent_environment = {{"PE_AGENT_RUN", folder_ + "/run"}, {"PE_AGENT_STATE", folder_ + "/state"}};
  UseAgent(PE_TEST_AGENT);
}

TransportWorld::~TransportWorld() {
  EndTransport();
  sshd_ = nullptr;
  fs::remove_all(folder_);
}

std::string TransportWorld::WhyNot() const {
  if (!over_ssh()) return "";
  if (geteuid() != 0) return "only root can run an sshd that logs in root";
  return fs::exists("/usr/sbin/sshd") ? "" : "no sshd: install openssh-server";
}

void TransportWorld::SetAgentMode(absl::string_view mode) { std::ofstream(folder_ + "/run/mode") << mode; }

void TransportWorld::UseAgent(const std::string& path) {
  const std::string to = absl::StrCat(folder_, "/binaries/pe-agent-", transport::OwnArchitecture());
  fs::copy_file(path, to, fs::copy_options::overwrite_existing);
}

// Bytes after the end of an ELF file change nothing but its digest.
void TransportWorld::ReleaseAgent() {
  std::ofstream(absl::StrCat(folder_, "/binaries/pe-agent-", transport::OwnArchitecture()), std::ios::app)
      << "next release";
}

TestSshd& TransportWorld::sshd() {
  if (sshd_ == nullptr) {
    // HOME: the start-up files of this machine's root are no part of the test.
    sshd_ = TestSshd::Start(folder_, absl::StrCat("SetEnv HOME=", folder_, " PE_AGENT_RUN=", folder_,
                                                  "/run PE_AGENT_STATE=", folder_, "/state\n", sshd_more_));
    if (sshd_ == nullptr) throw std::runtime_error("sshd did not start");
  }
  return *sshd_;
}

ConnectRequest TransportWorld::Request() {
  ConnectRequest request;
  request.address.transport = transport_;
  if (transport_ == "rootfs") request.address.path = folder_ + "/root";
  if (!over_ssh()) return request;
  request.address.host = "127.0.0.1";
  request.address.port = sshd().port();
  request.credential = {.name = "default", .user = "root", .key_files = {sshd().user_key()}};
  request.host_key = sshd().fingerprint();
  return request;
}

Transport& TransportWorld::transport() {
  if (transports_.empty()) {
    auto made = MakeTransports(options_);
    EXPECT_TRUE(made.ok()) << made.status();
    transports_ = *std::move(made);
  }
  return *transports_.at(transport_);
}

}  // namespace pe
