// PageCheck: looks at every page of a database while it is served, on a thread of its own. What it finds it tells
// Damage. Its read transaction lasts as long as the look; the write-ahead log grows meanwhile.
// Thread rule: made and destroyed by its owner.
#ifndef STORAGE_SQLITE_PAGE_CHECK_H_
#define STORAGE_SQLITE_PAGE_CHECK_H_

#include <atomic>
#include <string>
#include <thread>

#include "storage/sqlite/damage.h"

namespace pe {

class PageCheck {
 public:
  // `damage` outlives this. REQUIRES: the writer has recovered the database.
  PageCheck(std::string database, std::string vfs, Damage* damage);
  // Gives up what is not done.
  ~PageCheck();

 private:
  void Run();

  const std::string database_;
  const std::string vfs_;
  Damage* const damage_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace pe

#endif  // STORAGE_SQLITE_PAGE_CHECK_H_
