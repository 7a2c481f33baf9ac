// FaultVfs: a SQLite VFS over the default one that fails chosen operations on files: writes, syncs and truncations,
// counted over all files of the VFS. Registered under the name "fault" for as long as the object lives; one at a time.
// Thread rule: thread-safe.
#ifndef TESTS_UNIT_STORAGE_FAULT_VFS_H_
#define TESTS_UNIT_STORAGE_FAULT_VFS_H_

#include <sqlite3.h>

namespace pe {

class FaultVfs {
 public:
  struct Plan {
    int at = 0;               // fails the operation with this number, from 1; 0: none
    bool onwards = false;     // and all after it
    bool syncs_only = false;  // counts only syncs
    int code = SQLITE_IOERR_WRITE;
  };

  FaultVfs();
  ~FaultVfs();

  static constexpr char kName[] = "fault";
  // Counts from now.
  void Arm(Plan plan);
  void Disarm() { Arm({}); }
  // Operations that failed since Arm.
  int failures() const;
};

}  // namespace pe

#endif  // TESTS_UNIT_STORAGE_FAULT_VFS_H_
