#include "server/agent/disk_boot_guard.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace pe::agent {
namespace {

constexpr char kName[] = "pe-agent-guard.service";

}  // namespace

std::string DiskBootGuard::UnitPath() const { return absl::StrCat(units_, "/", kName); }
std::string DiskBootGuard::LinkPath() const { return absl::StrCat(units_, "/multi-user.target.wants/", kName); }

absl::Status DiskBootGuard::Arm() {
  MutexLock lock(&mu_);
  if (binary_.empty() || state_ == State::kArmed) return absl::OkStatus();
  const FileAttributes folder = {.mode = 0755, .uid = geteuid(), .gid = getegid()};
  const std::string wants = units_ + "/multi-user.target.wants";
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> there, files_.Stat(wants));
  if (!there) PE_RETURN_IF_ERROR(files_.MakeDirectory(wants, folder));
  PE_RETURN_IF_ERROR(files_.WriteAtomic(
      UnitPath(),
      absl::StrCat("[Unit]\nDescription=Provision Engine agent: undoes what was not confirmed\n\n[Service]\n"
                   "Type=oneshot\nExecStart=",
                   binary_, " resume\n\n[Install]\nWantedBy=multi-user.target\n"),
      {.mode = 0644, .uid = geteuid(), .gid = getegid()}, nullptr));
  PE_RETURN_IF_ERROR(files_.MakeLink(LinkPath(), absl::StrCat("../", kName)));
  state_ = State::kArmed;
  return absl::OkStatus();
}

void DiskBootGuard::Disarm() {
  MutexLock lock(&mu_);
  if (binary_.empty() || state_ == State::kDisarmed) return;
  // What stays is harmless: an agent that starts once and finds nothing to do.
  files_.Remove(LinkPath()).IgnoreError();
  files_.Remove(UnitPath()).IgnoreError();
  state_ = State::kDisarmed;
}

}  // namespace pe::agent
