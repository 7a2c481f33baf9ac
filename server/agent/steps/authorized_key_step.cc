// authorized_key: one public key in a user's ~/.ssh/authorized_keys. The key itself is what is looked for; options and
// comment of a line that has it are brought to what is wanted. A ~/.ssh that is a link, or somebody else's, is refused:
// this agent is root, and would write where the user pleases.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/mutex.h"
#include "base/status.h"
#include "server/agent/steps/edit_lock.h"
#include "server/agent/steps/text_lines.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"
#include "server/agent/system/accounts.h"

namespace pe::agent {
namespace {

using provision::v1::AuthorizedKey;
using provision::v1::StepBody;

constexpr int64_t kMostBytes = 1 << 20;

// The base64 part of "TYPE BASE64 [COMMENT]"; empty when the key has none.
std::string BlobOf(const AuthorizedKey& key) {
  const std::vector<std::string> words = absl::StrSplit(key.key(), absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
  return words.size() < 2 ? "" : words[1];
}

std::string LineOf(const AuthorizedKey& key) {
  const absl::string_view stripped = absl::StripAsciiWhitespace(key.key());
  return key.options().empty() ? std::string(stripped) : absl::StrCat(key.options(), " ", stripped);
}

bool Holds(absl::string_view line, absl::string_view blob) {
  line = absl::StripLeadingAsciiWhitespace(line);
  if (line.empty() || line[0] == '#') return false;
  for (const absl::string_view word : absl::StrSplit(line, absl::ByAnyChar(" \t"))) {
    if (word == blob) return true;
  }
  return false;
}

std::string Edited(const std::string& text, const AuthorizedKey& key) {
  const std::string blob = BlobOf(key);
  std::vector<std::string> lines;
  bool placed = key.state() == provision::v1::ABSENT;
  for (std::string& line : ToLines(text)) {
    if (Holds(line, blob)) {
      if (placed) continue;
      line = LineOf(key);
      placed = true;
    }
    lines.push_back(std::move(line));
  }
  if (!placed) lines.push_back(LineOf(key));
  return lines == ToLines(text) ? text : ToTextOfLines(lines);
}

struct Place {
  UserEntry user;
  std::string folder, file;
  bool folder_exists = false;
  std::string text;
};

absl::StatusOr<Place> Find(const AuthorizedKey& key, StepContext& context) {
  if (BlobOf(key).empty()) {
    return StepError(absl::StatusCode::kInvalidArgument, "BAD_KEY", "the key is not \"TYPE BASE64 [COMMENT]\"",
                     "give the line of a .pub file");
  }
  Accounts accounts(context.files, context.processes);
  PE_ASSIGN_OR_RETURN(const std::optional<UserEntry> user, accounts.FindUser(key.user()));
  if (!user) {
    return StepError(absl::StatusCode::kNotFound, "USER_NOT_FOUND",
                     absl::StrCat("user '", key.user(), "' does not exist"),
                     "make it with a `user` step that this one comes after");
  }
  Place place{.user = *user, .folder = absl::StrCat(user->home, "/.ssh")};
  place.file = absl::StrCat(place.folder, "/authorized_keys");
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> folder, context.files.Stat(place.folder));
  place.folder_exists = folder.has_value();
  if (folder && (folder->type != FileInfo::Type::kDirectory || (folder->uid != user->uid && folder->uid != 0))) {
    return StepError(absl::StatusCode::kFailedPrecondition, "UNSAFE_FOLDER",
                     absl::StrCat(place.folder, " is not a directory of the user's own"),
                     "make it a plain directory that the user owns");
  }
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> file, context.files.Stat(place.file));
  if (!file) return place;
  if (file->type != FileInfo::Type::kRegular) {
    return StepError(absl::StatusCode::kFailedPrecondition, "UNSAFE_FILE",
                     absl::StrCat(place.file, " is not a plain file"), "make it one");
  }
  PE_ASSIGN_OR_RETURN(place.text, context.files.Read(place.file, kMostBytes));
  return place;
}

class AuthorizedKeyStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const AuthorizedKey& key = body.authorized_key();
    const bool absent = key.state() == provision::v1::ABSENT;
    const absl::StatusOr<Place> place = Find(key, context);
    if (DetailsOf(place.status()).error_code == "USER_NOT_FOUND") {
      return Observation{.right = absent, .summary = std::string(place.status().message())};
    }
    PE_RETURN_IF_ERROR(place.status());
    const std::string after = Edited(place->text, key);
    Observation seen{.right = after == place->text};
    seen.summary = absl::StrCat(place->file, seen.right ? " is as it should be"
                                             : absent   ? " has a key that is to be removed"
                                                        : " lacks the key as it should be");
    seen.diff = ShownDiff(place->file, place->text, after, context);
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    MutexLock lock(&EditLock());
    const AuthorizedKey& key = body.authorized_key();
    PE_ASSIGN_OR_RETURN(const Place place, Find(key, context));
    const std::string after = Edited(place.text, key);
    if (after == place.text)
      return Applied{.changed = false, .message = absl::StrCat(place.file, " is as it should be")};
    if (!place.folder_exists) {
      const PathState folder{.kind = PathState::Kind::kDirectory,
                             .attributes = {.mode = 0700, .uid = place.user.uid, .gid = place.user.gid}};
      PE_RETURN_IF_ERROR(ChangePath(place.folder, folder, nullptr, nullptr, context).status());
    }
    const PathState file{.kind = PathState::Kind::kFile,
                         .attributes = {.mode = 0600, .uid = place.user.uid, .gid = place.user.gid}};
    PE_ASSIGN_OR_RETURN(const bool changed, ChangePath(place.file, file, &after, nullptr, context));
    return Applied{.changed = changed, .message = absl::StrCat(place.file, " is in place")};
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    MutexLock lock(&EditLock());
    return UndoPathText(record, context);
  }
};

}  // namespace

const StepType& AuthorizedKeyType() {
  static const AuthorizedKeyStep type;
  return type;
}

}  // namespace pe::agent
