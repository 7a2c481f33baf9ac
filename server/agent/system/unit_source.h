// Talks to systemd about units over its own socket, as systemctl does, but without starting a program: that takes
// longer than all else that an unchanged unit needs.
#ifndef SERVER_AGENT_SYSTEM_UNIT_SOURCE_H_
#define SERVER_AGENT_SYSTEM_UNIT_SOURCE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "server/agent/system/dbus_message.h"
#include "server/agent/system/process.h"

namespace pe::agent {

// Thread-safe. Errors mean that systemd cannot be asked in this way: systemctl may still be, or says better why not.
class UnitSource {
 public:
  virtual ~UnitSource() = default;
  // Those of `names` that a unit of this kind has, as text as `systemctl show` prints it.
  virtual absl::StatusOr<std::map<std::string, std::string>> Properties(const std::string& unit,
                                                                        const std::vector<std::string>& names,
                                                                        const CancelToken& cancel) = 0;
  // As `systemctl is-enabled`, read from the files of the moment; NOT_FOUND when there are none of this unit.
  virtual absl::StatusOr<std::string> FileState(const std::string& unit, const CancelToken& cancel) = 0;
  // As `systemctl enable --no-reload`; also an error when the unit has nothing that enabling it would do.
  virtual absl::Status Enable(const std::string& unit, const CancelToken& cancel) = 0;
  // As `systemctl daemon-reload`.
  virtual absl::Status Reload(const CancelToken& cancel) = 0;
  // As `systemctl VERB`, which is start, stop, restart or reload-or-restart. Returns how the unit's own job ended, in
  // systemd's word: "done", "skipped", "failed", "dependency", "timeout" ... UNAVAILABLE: nothing was begun. ABORTED:
  // it was, and how it ended is not known. CANCELLED: the token was set; the job goes on.
  virtual absl::StatusOr<std::string> RunJob(absl::string_view verb, const std::string& unit,
                                             const CancelToken& cancel) = 0;
};

// Of the init of this host; its socket is root's alone.
class SystemdUnitSource final : public UnitSource {
 public:
  explicit SystemdUnitSource(std::string socket = "/run/systemd/private") : socket_(std::move(socket)) {}
  absl::StatusOr<std::map<std::string, std::string>> Properties(const std::string& unit,
                                                                const std::vector<std::string>& names,
                                                                const CancelToken& cancel) override;
  absl::StatusOr<std::string> FileState(const std::string& unit, const CancelToken& cancel) override;
  absl::Status Enable(const std::string& unit, const CancelToken& cancel) override;
  absl::Status Reload(const CancelToken& cancel) override;
  absl::StatusOr<std::string> RunJob(absl::string_view verb, const std::string& unit,
                                     const CancelToken& cancel) override;

 private:
  absl::StatusOr<DbusMessage> CallManager(DbusCall call, const CancelToken& cancel);

  const std::string socket_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SYSTEM_UNIT_SOURCE_H_
