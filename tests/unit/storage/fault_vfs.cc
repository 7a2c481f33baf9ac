#include "tests/unit/storage/fault_vfs.h"

#include <cstdlib>
#include <new>

#include "base/mutex.h"

namespace pe {
namespace {

Mutex mu;
FaultVfs::Plan plan ABSL_GUARDED_BY(mu);
int count ABSL_GUARDED_BY(mu) = 0;
int failed ABSL_GUARDED_BY(mu) = 0;

// SQLITE_OK, or the error that the next operation shall have.
int Next(bool sync) {
  MutexLock lock(&mu);
  if (plan.at == 0 || (plan.syncs_only && !sync)) return SQLITE_OK;
  ++count;
  if (count < plan.at || (count > plan.at && !plan.onwards)) return SQLITE_OK;
  ++failed;
  return plan.code;
}

// The file that SQLite sees, followed in memory by the real one.
struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

template <typename... Parameters, typename... Arguments>
int Real(sqlite3_file* file, int (*sqlite3_io_methods::*method)(sqlite3_file*, Parameters...), Arguments... arguments) {
  sqlite3_file* real = Of(file)->real();
  return (real->pMethods->*method)(real, arguments...);
}

using Methods = sqlite3_io_methods;
int Close(sqlite3_file* f) { return Real(f, &Methods::xClose); }
int Read(sqlite3_file* f, void* out, int size, sqlite3_int64 at) { return Real(f, &Methods::xRead, out, size, at); }
int Write(sqlite3_file* f, const void* in, int size, sqlite3_int64 at) {
  const int fault = Next(false);
  return fault != SQLITE_OK ? fault : Real(f, &Methods::xWrite, in, size, at);
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  const int fault = Next(false);
  return fault != SQLITE_OK ? fault : Real(f, &Methods::xTruncate, size);
}
int Sync(sqlite3_file* f, int flags) {
  const int fault = Next(true);
  return fault != SQLITE_OK ? fault : Real(f, &Methods::xSync, flags);
}
int FileSize(sqlite3_file* f, sqlite3_int64* out) { return Real(f, &Methods::xFileSize, out); }
int Lock(sqlite3_file* f, int level) { return Real(f, &Methods::xLock, level); }
int Unlock(sqlite3_file* f, int level) { return Real(f, &Methods::xUnlock, level); }
int CheckReserved(sqlite3_file* f, int* out) { return Real(f, &Methods::xCheckReservedLock, out); }
int Control(sqlite3_file* f, int operation, void* argument) {
  return Real(f, &Methods::xFileControl, operation, argument);
}
int SectorSize(sqlite3_file* f) { return Real(f, &Methods::xSectorSize); }
int Characteristics(sqlite3_file* f) { return Real(f, &Methods::xDeviceCharacteristics); }
int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return Real(f, &Methods::xShmMap, page, size, extend, out);
}
int ShmLock(sqlite3_file* f, int offset, int n, int flags) { return Real(f, &Methods::xShmLock, offset, n, flags); }
void ShmBarrier(sqlite3_file* f) { Of(f)->real()->pMethods->xShmBarrier(Of(f)->real()); }
int ShmUnmap(sqlite3_file* f, int remove) { return Real(f, &Methods::xShmUnmap, remove); }

const sqlite3_io_methods kMethods = {
    2,        Close,         Read,    Write,      Truncate,        Sync,   FileSize, Lock,
    Unlock,   CheckReserved, Control, SectorSize, Characteristics, ShmMap, ShmLock,  ShmBarrier,
    ShmUnmap, nullptr,       nullptr};

sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs fault_vfs;

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  const int rc = real_vfs->xOpen(real_vfs, name, Of(file)->real(), flags, out_flags);
  if (Of(file)->real()->pMethods != nullptr) file->pMethods = &kMethods;
  return rc;
}

}  // namespace

FaultVfs::FaultVfs() {
  real_vfs = sqlite3_vfs_find(nullptr);
  fault_vfs = *real_vfs;
  fault_vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  fault_vfs.zName = kName;
  fault_vfs.xOpen = Open;
  fault_vfs.pNext = nullptr;
  if (sqlite3_vfs_register(&fault_vfs, 0) != SQLITE_OK) abort();
  Disarm();
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&fault_vfs); }

void FaultVfs::Arm(Plan wanted) {
  MutexLock lock(&mu);
  plan = wanted;
  count = 0;
  failed = 0;
}

int FaultVfs::failures() const {
  MutexLock lock(&mu);
  return failed;
}

}  // namespace pe
