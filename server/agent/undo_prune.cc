#include "server/agent/undo_prune.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/agent/system/errno_status.h"

namespace pe::agent {
namespace {

WallMicros ToMicros(const timespec& time) { return int64_t{time.tv_sec} * kMicrosPerSecond + time.tv_nsec / 1000; }

}  // namespace

std::vector<std::string> UndoToDrop(std::vector<KeptUndo> folders, WallMicros now, const UndoLimits& limits) {
  std::sort(folders.begin(), folders.end(), [](const auto& a, const auto& b) { return a.changed > b.changed; });
  std::vector<std::string> out;
  int64_t bytes = 0;
  size_t runs = 0;
  for (KeptUndo& folder : folders) {
    bytes += folder.bytes;
    const bool too_old = now - folder.changed > limits.age_us;
    if (too_old || ++runs > limits.runs || bytes > limits.bytes) out.push_back(std::move(folder.name));
  }
  return out;
}

absl::StatusOr<KeptUndo> MeasureUndo(const std::string& root, const std::string& name) {
  std::string path = absl::StrCat(root, "/", name);
  char* roots[] = {path.data(), nullptr};
  FTS* const walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nullptr);
  if (walk == nullptr) return ErrnoStatus(errno, path);
  KeptUndo out = {.name = name};
  while (const FTSENT* entry = fts_read(walk)) {
    if (entry->fts_info == FTS_DP || entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR) continue;
    out.bytes += entry->fts_statp->st_size;
    out.changed = std::max(out.changed, ToMicros(entry->fts_statp->st_mtim));
  }
  fts_close(walk);
  return out;
}

}  // namespace pe::agent
