#include "server/agent/policy_rc.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/system/real_file_system.h"

namespace pe::agent {
namespace {

// How an agent knows its own.
constexpr char kContent[] =
    "#!/bin/sh\n# Made by pe-agent while it works in this root; it takes it away itself.\nexit 101\n";

}  // namespace

absl::StatusOr<PolicyRc> PolicyRc::Install(const std::string& root) {
  RealFileSystem files;
  const std::string folder = absl::StrCat(root, "/usr/sbin");
  const std::string path = absl::StrCat(folder, "/policy-rc.d");
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> there, files.Stat(folder));
  if (!there || there->type != FileInfo::Type::kDirectory) return PolicyRc("");
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> old, files.Stat(path));
  if (old) {
    const absl::StatusOr<std::string> content = files.Read(path, 4096);
    return PolicyRc(content.ok() && *content == kContent ? path : "");
  }
  PE_RETURN_IF_ERROR(files.WriteAtomic(path, kContent, {.mode = 0755}, nullptr));
  return PolicyRc(path);
}

PolicyRc::~PolicyRc() {
  if (!path_.empty()) unlink(path_.c_str());
}

}  // namespace pe::agent
