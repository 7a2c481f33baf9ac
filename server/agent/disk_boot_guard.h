// DiskBootGuard: a systemd unit that starts the agent at boot, there only while a guarded step waits. The death of the
// agent alone needs nothing: its transient unit is restarted (start_worker.cc).
//
// Written as files below /etc/systemd/system, which the next boot reads: no call of systemctl, so it costs two synced
// files and no more. On a host without systemd it does nothing: there a guard ends with the boot.
#ifndef SERVER_AGENT_DISK_BOOT_GUARD_H_
#define SERVER_AGENT_DISK_BOOT_GUARD_H_

#include <string>

#include "base/mutex.h"
#include "server/agent/boot_guard.h"
#include "server/agent/system/file_system.h"

namespace pe::agent {

class DiskBootGuard final : public BootGuard {
 public:
  // `files` outlives it. `binary`: what is started; empty: no boot can be guarded.
  DiskBootGuard(FileSystem& files, std::string binary, std::string units = "/etc/systemd/system")
      : files_(files), binary_(std::move(binary)), units_(std::move(units)) {}

  absl::Status Arm() override;
  void Disarm() override;

 private:
  std::string UnitPath() const;
  std::string LinkPath() const;

  FileSystem& files_;
  const std::string binary_;
  const std::string units_;
  Mutex mu_;
  enum class State { kUnknown, kArmed, kDisarmed } state_ ABSL_GUARDED_BY(mu_) = State::kUnknown;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_DISK_BOOT_GUARD_H_
