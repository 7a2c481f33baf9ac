#include "storage/sqlite/damage.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "storage/sqlite/sql.h"

namespace pe {
namespace {

std::string NoteOf(const std::string& folder) { return folder + "/DAMAGED"; }

// As well as it goes: the disk may be why there is something to note.
void Note(const std::string& folder) {
  const int file = open(NoteOf(folder).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  fsync(file);
  close(file);
}

}  // namespace

absl::Status QuickCheck(Connection& connection) {
  Statement check = connection.Use(sql::kQuickCheck);
  PE_ASSIGN_OR_RETURN(const bool row, check.Step());
  if (row && check.Bytes(0) == "ok") return absl::OkStatus();
  return CorruptionError(row ? Shorten(Printable(check.Bytes(0)), 200) : std::string("quick_check says nothing"));
}

absl::Status DamagedDatabase(const std::string& folder, absl::string_view found) {
  return absl::DataLossError(absl::StrCat("the database in ", folder, " is damaged and nothing of it is served (",
                                          found,
                                          "). Restore a backup with the engine stopped: provisiond restore --data-dir ",
                                          folder, " --force FILE; the damaged database is kept aside"));
}

bool DamageWasNoted(const std::string& folder) { return access(NoteOf(folder).c_str(), F_OK) == 0; }

void ForgetDamage(const std::string& folder) { unlink(NoteOf(folder).c_str()); }

Damage::Damage(std::string folder, std::function<void(const absl::Status&)> on_damage)
    : folder_(std::move(folder)), on_damage_(std::move(on_damage)) {}

absl::Status Damage::status() const {
  MutexLock lock(&mu_);
  return status_;
}

absl::Status Damage::Look(const absl::Status& error) {
  if (!IsCorruption(error)) return error;
  {
    MutexLock lock(&mu_);
    if (!status_.ok()) return status_;
    status_ = DamagedDatabase(folder_, error.message());
    any_ = true;
  }
  Note(folder_);
  const absl::Status found = status();
  if (on_damage_) on_damage_(found);
  return found;
}

}  // namespace pe
