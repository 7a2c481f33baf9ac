// Damage: notes that a database is corrupt. From then on nothing of it is read or written, in this process and in the
// next: a file DAMAGED in its folder makes the next start look at every page before it serves.
// Thread rule: thread-safe.
#ifndef STORAGE_SQLITE_DAMAGE_H_
#define STORAGE_SQLITE_DAMAGE_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "storage/sqlite/connection.h"

namespace pe {

class Damage {
 public:
  // `on_damage` (optional) hears of the first damage, on the thread that found it; it must not call the store.
  Damage(std::string folder, std::function<void(const absl::Status&)> on_damage);

  // OK, or DATA_LOSS with what was found and how to repair it.
  absl::Status status() const;
  bool any() const { return any_; }
  // Takes an error: when it is corruption, damage is noted. Returns what callers shall be told: `error`, or status().
  absl::Status Look(const absl::Status& error);

 private:
  const std::string folder_;
  const std::function<void(const absl::Status&)> on_damage_;
  std::atomic<bool> any_ = false;
  mutable Mutex mu_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

// Looks at every page: OK, or what IsCorruption is true of.
absl::Status QuickCheck(Connection& connection);

// DATA_LOSS that says what was found in `folder`, and how to repair it.
absl::Status DamagedDatabase(const std::string& folder, absl::string_view found);

bool DamageWasNoted(const std::string& folder);
void ForgetDamage(const std::string& folder);

}  // namespace pe

#endif  // STORAGE_SQLITE_DAMAGE_H_
