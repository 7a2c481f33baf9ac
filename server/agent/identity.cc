#include "server/agent/identity.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/digest.h"
#include "server/agent/system/real_file_system.h"

namespace pe::agent {
namespace {

constexpr int64_t kLargestBinary = 512LL * 1024 * 1024;  // with sanitizers and debug information

// The digest in ".../pe-agent-SHA256"; empty when the name has none.
std::string DigestInName(const std::string& path) {
  absl::string_view name = absl::string_view(path).substr(path.rfind('/') + 1);
  if (!absl::ConsumePrefix(&name, "pe-agent-") || name.size() != 64) return "";
  return name.find_first_not_of("0123456789abcdef") == absl::string_view::npos ? std::string(name) : "";
}

}  // namespace

std::string BinaryPath() {
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  if (n <= 0) return "";
  return std::string(absl::StripSuffix(absl::string_view(path, static_cast<size_t>(n)), " (deleted)"));
}

std::string BinaryDigest() {
  std::string digest = DigestInName(BinaryPath());
  if (!digest.empty()) return digest;
  absl::StatusOr<std::string> content = RealFileSystem().Read("/proc/self/exe", kLargestBinary);
  return content.ok() ? Sha256Hex(*content) : "";
}

std::string BinaryMark() {
  std::string digest = DigestInName(BinaryPath());
  if (!digest.empty()) return digest;
  struct stat st;
  if (stat("/proc/self/exe", &st) != 0) return "?";
  return absl::StrCat(st.st_dev, ":", st.st_ino, ":", st.st_size, ":", st.st_mtim.tv_sec, ".", st.st_mtim.tv_nsec);
}

const char* ProductVersion() { return PE_VERSION; }

}  // namespace pe::agent
