#include "storage/sqlite/page_check.h"

#include <memory>
#include <utility>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/sql.h"

namespace pe {
namespace {

constexpr int kStepsBetweenLooks = 1'000;  // of SQLite's machine: well under a millisecond

int IsEnded(void* ended) { return *static_cast<std::atomic<bool>*>(ended) ? 1 : 0; }

}  // namespace

PageCheck::PageCheck(std::string database, std::string vfs, Damage* damage)
    : database_(std::move(database)), vfs_(std::move(vfs)), damage_(damage), thread_([this] { Run(); }) {}

PageCheck::~PageCheck() {
  ended_ = true;
  thread_.join();
}

void PageCheck::Run() {
  auto connection = Connection::Open(database_, SQLITE_OPEN_READWRITE, vfs_);
  if (!connection.ok()) return damage_->Look(connection.status()).IgnoreError();
  sqlite3_db_config((*connection)->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_progress_handler((*connection)->handle(), kStepsBetweenLooks, IsEnded, &ended_);
  absl::Status status = (*connection)->Execute(sql::kReaderPragmas);
  if (status.ok()) status = QuickCheck(**connection);
  damage_->Look(status).IgnoreError();  // an interruption and an I/O error are no damage
}

}  // namespace pe
