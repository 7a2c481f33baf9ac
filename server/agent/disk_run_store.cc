#include "server/agent/disk_run_store.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/digest.h"
#include "base/status.h"
#include "server/agent/disk_undo_store.h"
#include "server/agent/journal_format.h"
#include "server/agent/system/errno_status.h"
#include "server/agent/system/temporary.h"
#include "server/agent/system/unique_fd.h"
#include "server/agent/undo_prune.h"

namespace pe::agent {
namespace {

constexpr int64_t kLargestFile = 1LL << 30;

std::string KeyOf(const std::string& run) { return Sha256Hex(run).substr(0, 32); }

class DiskRunFile final : public RunFile {
 public:
  // `folder` is synced with the first durable append; empty: the file's name is durable already.
  DiskRunFile(UniqueFd fd, std::string path, std::string folder)
      : fd_(std::move(fd)), path_(std::move(path)), folder_(std::move(folder)) {}

  absl::Status Append(absl::string_view bytes, bool durable) override {
    PE_RETURN_IF_ERROR(WriteAll(fd_.get(), bytes, path_));
    if (!durable) return absl::OkStatus();
    if (fdatasync(fd_.get()) != 0) return ErrnoStatus(errno, path_);
    if (!folder_.empty()) PE_RETURN_IF_ERROR(SyncDirectory(folder_));
    folder_.clear();
    return absl::OkStatus();
  }

 private:
  const UniqueFd fd_;
  const std::string path_;
  std::string folder_;
};

}  // namespace

absl::Status MakePrivateFolder(FileSystem& files, const std::string& path) {
  PE_ASSIGN_OR_RETURN(std::optional<FileInfo> there, files.Stat(path));
  if (there) return absl::OkStatus();
  const std::string parent = ParentOf(path);
  PE_ASSIGN_OR_RETURN(there, files.Stat(parent));
  if (!there) PE_RETURN_IF_ERROR(MakePrivateFolder(files, parent));
  const absl::Status made = files.MakeDirectory(path, {.mode = 0700, .uid = geteuid(), .gid = getegid()});
  if (made.ok()) return made;
  PE_ASSIGN_OR_RETURN(there, files.Stat(path));
  return there ? absl::OkStatus() : made;  // somebody else was faster
}

std::string DiskRunStore::JournalPath(const std::string& run) const {
  return absl::StrCat(folder_, "/runs/", KeyOf(run));
}

absl::StatusOr<Owner> DiskRunStore::LoadOwner() {
  const absl::StatusOr<std::string> text = files_.Read(folder_ + "/owner", 4096);
  if (absl::IsNotFound(text.status())) return Owner{};
  if (!text.ok()) return text.status();
  const std::vector<std::string> words = absl::StrSplit(absl::StripSuffix(*text, "\n"), ' ');
  Owner owner;
  if (words.size() != 2 || !absl::SimpleAtoi(words[1], &owner.epoch)) {
    return absl::DataLossError(
        absl::StrCat(folder_, "/owner is damaged; remove it when no engine has work on this host"));
  }
  owner.engine_id = words[0];
  return owner;
}

absl::Status DiskRunStore::SaveOwner(const Owner& owner) {
  PE_RETURN_IF_ERROR(MakePrivateFolder(files_, folder_));
  return files_.WriteAtomic(folder_ + "/owner", absl::StrCat(owner.engine_id, " ", owner.epoch, "\n"),
                            {.mode = 0600, .uid = geteuid(), .gid = getegid()}, nullptr);
}

absl::StatusOr<std::vector<StoredRun>> DiskRunStore::LoadRuns() {
  std::vector<StoredRun> out;
  const absl::StatusOr<std::vector<std::string>> keys = files_.List(folder_ + "/runs");
  if (absl::IsNotFound(keys.status())) return out;
  if (!keys.ok()) return keys.status();
  for (const std::string& key : *keys) {
    const std::string path = absl::StrCat(folder_, "/runs/", key);
    PE_ASSIGN_OR_RETURN(const std::string bytes, files_.Read(path, kLargestFile));
    const JournalContent content = DecodeJournal(bytes);
    if (content.records.size() < 2 || content.records[1].kind != JournalRecord::Kind::kPlan) continue;  // not of ours
    // What is appended later must follow a whole record, else it would be unreadable behind the torn one.
    if (content.valid_bytes < bytes.size() && truncate(path.c_str(), static_cast<off_t>(content.valid_bytes)) != 0) {
      return ErrnoStatus(errno, path);
    }
    out.push_back({.run = content.records[0].payload, .journal = bytes.substr(0, content.valid_bytes)});
  }
  return out;
}

absl::StatusOr<std::unique_ptr<RunFile>> DiskRunStore::Create(const StoredRun& run) {
  PE_RETURN_IF_ERROR(MakePrivateFolder(files_, folder_ + "/runs"));
  const std::string path = JournalPath(run.run);
  PE_RETURN_IF_ERROR(Forget(run.run));
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  PE_RETURN_IF_ERROR(WriteAll(fd.get(), run.journal, path));
  return std::unique_ptr<RunFile>(std::make_unique<DiskRunFile>(std::move(fd), path, ParentOf(path)));
}

absl::StatusOr<std::unique_ptr<RunFile>> DiskRunStore::Reopen(const StoredRun& run) {
  const std::string path = JournalPath(run.run);
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, path);
  return std::unique_ptr<RunFile>(std::make_unique<DiskRunFile>(std::move(fd), path, ParentOf(path)));
}

absl::Status DiskRunStore::Forget(const std::string& run) {
  const std::string path = JournalPath(run);
  if (unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) return ErrnoStatus(errno, path);
  return absl::OkStatus();
}

std::string DiskRunStore::UndoFolder(const std::string& run) const {
  return absl::StrCat(folder_, "/undo/", KeyOf(run));
}

std::unique_ptr<UndoStore> DiskRunStore::Undo(const std::string& run, int index, const provision::v1::StepBody& body) {
  return std::make_unique<DiskUndoStore>(files_, UndoFolder(run), index, body);
}

absl::Status DiskRunStore::Measure(const std::string& ended) {
  const std::string root = folder_ + "/undo";
  std::vector<std::string> keys = {KeyOf(ended)};
  if (!kept_) {
    const absl::StatusOr<std::vector<std::string>> all = files_.List(root);
    if (!all.ok() && !absl::IsNotFound(all.status())) return all.status();
    if (all.ok()) keys = *all;
    kept_.emplace();
  }
  for (const std::string& key : keys) {
    PE_ASSIGN_OR_RETURN(KeptUndo kept, MeasureUndo(root, key));
    if (kept.bytes > 0) (*kept_)[key] = std::move(kept);
  }
  return absl::OkStatus();
}

absl::Status DiskRunStore::PruneUndo(const std::string& ended, const std::vector<std::string>& spared, WallMicros now,
                                     const UndoLimits& limits) {
  const absl::MutexLock lock(&mutex_);
  PE_RETURN_IF_ERROR(Measure(ended));
  std::map<std::string, KeptUndo> others = *kept_;
  for (const std::string& run : spared) others.erase(KeyOf(run));
  std::vector<KeptUndo> folders;
  for (auto& [key, kept] : others) folders.push_back(std::move(kept));
  for (const std::string& name : UndoToDrop(std::move(folders), now, limits)) {
    PE_RETURN_IF_ERROR(files_.RemoveAll(absl::StrCat(folder_, "/undo/", name)));
    kept_->erase(name);
  }
  return absl::OkStatus();
}

std::unique_ptr<UndoSource> DiskRunStore::UndoOf(const std::string& run, int index) {
  return std::make_unique<DiskUndoStore>(files_, UndoFolder(run), index);
}

}  // namespace pe::agent
