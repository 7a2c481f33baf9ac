#include "server/agent/undo_prune.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/agent/system/errno_status.h"

namespace pe::agent {
namespace {

constexpr int kFolderLevel = 1;  // below the root of the walk

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

absl::StatusOr<std::vector<KeptUndo>> ListUndo(const std::string& path) {
  std::string root = path;
  char* roots[] = {root.data(), nullptr};
  FTS* const walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nullptr);
  if (walk == nullptr) return ErrnoStatus(errno, path);
  std::vector<KeptUndo> out;
  while (const FTSENT* entry = fts_read(walk)) {
    if (entry->fts_level < kFolderLevel || entry->fts_info == FTS_DP) continue;
    if (entry->fts_statp == nullptr || entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR) continue;
    if (entry->fts_level == kFolderLevel) out.push_back({.name = entry->fts_name});
    if (out.empty()) continue;
    out.back().bytes += entry->fts_statp->st_size;
    out.back().changed = std::max(out.back().changed, ToMicros(entry->fts_statp->st_mtim));
  }
  fts_close(walk);
  return out;
}

}  // namespace pe::agent
