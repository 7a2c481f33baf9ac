#include "server/transport/agent_files.h"

#include <sys/utsname.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/digest.h"

namespace pe::transport {
namespace {

bool Same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

std::string ArchitectureOf(absl::string_view machine) {
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  return "";
}

std::string OwnArchitecture() {
  utsname name;
  return uname(&name) == 0 ? ArchitectureOf(name.machine) : "";
}

std::string AgentFiles::PathFor(absl::string_view architecture) const {
  return absl::StrCat(directory_, "/pe-agent-", architecture);
}

absl::StatusOr<std::shared_ptr<const AgentBinary>> AgentFiles::Get(const std::string& architecture) {
  const std::string path = PathFor(architecture);
  struct stat identity;
  if (stat(path.c_str(), &identity) != 0) return absl::NotFoundError(absl::StrCat(path, ": ", strerror(errno)));
  MutexLock lock(&mu_);
  Entry& entry = entries_[architecture];
  if (entry.binary != nullptr && Same(entry.identity, identity)) return entry.binary;
  std::ifstream file(path, std::ios::binary);
  auto binary = std::make_shared<AgentBinary>();
  binary->bytes.resize(static_cast<size_t>(identity.st_size));
  file.read(binary->bytes.data(), identity.st_size);
  if (!file || binary->bytes.empty()) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  binary->digest = Sha256Hex(binary->bytes);
  entry = {identity, binary};
  return entry.binary;
}

bool AgentFiles::IsOurs(absl::string_view digest) {
  for (const char* architecture : {"amd64", "arm64"}) {
    const auto binary = Get(architecture);
    if (binary.ok() && (*binary)->digest == digest) return true;
  }
  return false;
}

}  // namespace pe::transport
