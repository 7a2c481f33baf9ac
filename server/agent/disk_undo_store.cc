#include "server/agent/disk_undo_store.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status.h"
#include "server/agent/disk_run_store.h"
#include "server/agent/journal_format.h"

namespace pe::agent {
namespace {

using Kind = JournalRecord::Kind;

constexpr int64_t kLargestFile = 1LL << 30;

bool IsDigest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

DiskUndoStore::DiskUndoStore(FileSystem& files, std::string folder, int index, provision::v1::StepBody body)
    : files_(files),
      folder_(std::move(folder)),
      records_path_(absl::StrCat(folder_, "/", index)),
      body_(std::move(body)) {}

absl::Status DiskUndoStore::Record(absl::string_view record) {
  PE_RETURN_IF_ERROR(MakePrivateFolder(files_, folder_));
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> there, files_.Stat(records_path_));
  std::string bytes;
  if (!there) bytes = EncodeRecord({.kind = Kind::kPlan, .payload = body_.SerializeAsString()});
  return files_.AppendDurable(records_path_, bytes + EncodeRecord({.payload = std::string(record)}));
}

absl::StatusOr<std::string> DiskUndoStore::KeepContent(absl::string_view content) {
  const std::string digest = Sha256Hex(content);
  const std::string path = absl::StrCat(folder_, "/content/", digest);
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> there, files_.Stat(path));
  if (there) return digest;  // written atomically, so it is whole
  PE_RETURN_IF_ERROR(MakePrivateFolder(files_, folder_));
  PE_RETURN_IF_ERROR(MakePrivateFolder(files_, folder_ + "/content"));
  PE_RETURN_IF_ERROR(files_.WriteAtomic(path, content, {.mode = 0600, .uid = geteuid(), .gid = getegid()}, nullptr));
  return digest;
}

absl::StatusOr<std::string> DiskUndoStore::GetContent(const std::string& digest) {
  if (!IsDigest(digest)) return absl::InvalidArgumentError(absl::StrCat("'", digest, "' is no digest"));
  PE_ASSIGN_OR_RETURN(std::string content, files_.Read(absl::StrCat(folder_, "/content/", digest), kLargestFile));
  if (Sha256Hex(content) != digest)
    return absl::DataLossError(absl::StrCat("what was kept as ", digest, " is damaged"));
  return content;
}

absl::StatusOr<UndoSource::Kept> DiskUndoStore::Load() {
  Kept out;
  const absl::StatusOr<std::string> bytes = files_.Read(records_path_, kLargestFile);
  if (absl::IsNotFound(bytes.status())) {
    out.dropped = true;
    return out;
  }
  if (!bytes.ok()) return bytes.status();
  for (JournalRecord& record : DecodeJournal(*bytes).records) {
    if (record.kind == Kind::kPlan) {
      if (!out.body.ParseFromString(record.payload)) return absl::DataLossError(records_path_ + " is damaged");
    } else if (record.kind == Kind::kDone) {
      if (!out.records.empty()) out.records.pop_back();
    } else {
      out.records.push_back(std::move(record.payload));
    }
  }
  std::reverse(out.records.begin(), out.records.end());
  return out;
}

absl::Status DiskUndoStore::MarkUndone() {
  return files_.AppendDurable(records_path_, EncodeRecord({.kind = Kind::kDone}));
}

}  // namespace pe::agent
