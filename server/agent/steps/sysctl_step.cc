// sysctl: a kernel parameter, live in /proc/sys and persisted as one line below /etc/sysctl.d. A root without an init
// of its own shares somebody else's kernel: there it is only persisted.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/mutex.h"
#include "base/status.h"
#include "server/agent/steps/edit_lock.h"
#include "server/agent/steps/parent_directories.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/text_edit.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using provision::v1::Sysctl;

constexpr int64_t kMostBytes = 1 << 20;

// As sysctl(8): when the first separator is a dot, dots separate and slashes stand for dots in names.
absl::StatusOr<std::string> LivePath(const std::string& key) {
  std::string path = key;
  const size_t first = key.find_first_of("./");
  if (first != std::string::npos && key[first] == '.') {
    for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  }
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  for (const std::string& part : parts) {
    if (part.empty() || part == "." || part == "..") {
      return StepError(absl::StatusCode::kInvalidArgument, "BAD_KEY",
                       absl::StrCat("'", key, "' is not a kernel parameter's name"),
                       "write it as sysctl(8) prints it, for example net.ipv4.ip_forward");
    }
  }
  return absl::StrCat("/proc/sys/", path);
}

// Numbers in a row are separated by tabs in /proc and by what people like in specs.
std::string Normal(absl::string_view value) {
  return absl::StrJoin(absl::StrSplit(value, absl::ByAnyChar(" \t\n"), absl::SkipEmpty()), " ");
}

absl::StatusOr<std::string> ReadLive(const std::string& key, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const std::string path, LivePath(key));
  const absl::StatusOr<std::string> value = context.files.Read(path, kMostBytes);
  if (absl::IsNotFound(value.status())) {
    return StepError(absl::StatusCode::kNotFound, "NO_SUCH_PARAMETER",
                     absl::StrCat("the kernel has no parameter ", key),
                     "check the name; a module that brings it may have to be loaded first");
  }
  PE_RETURN_IF_ERROR(value.status());
  return Normal(*value);
}

// `tee` writes in one piece what it reads, and every Debian has it; files below /proc cannot be replaced by renaming.
absl::Status WriteLive(const std::string& key, const std::string& value, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const std::string path, LivePath(key));
  return RunOrFail({.argv = {"tee", path}, .standard_input = absl::StrCat(value, "\n")}, context, "SYSCTL_REFUSED",
                   "the kernel refuses the value, or the host may not change this parameter")
      .status();
}

std::string PathOf(const Sysctl& sysctl) {
  return absl::StrCat("/etc/sysctl.d/", sysctl.file().empty() ? "60-provision.conf" : sysctl.file());
}

struct Persisted {
  std::string path, before, after;
};

absl::StatusOr<Persisted> Persist(const Sysctl& sysctl, StepContext& context) {
  Persisted file{.path = PathOf(sysctl)};
  absl::StatusOr<std::string> text = context.files.Read(file.path, kMostBytes);
  if (text.ok()) file.before = *std::move(text);
  else if (!absl::IsNotFound(text.status())) return text.status();
  provision::v1::FileEdit::Ini line;
  line.set_key(sysctl.key());
  line.set_value(sysctl.value());
  PE_ASSIGN_OR_RETURN(file.after, EditIni(file.before, line));
  return file;
}

class SysctlStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Sysctl& sysctl = body.sysctl();
    Observation seen{.right = true, .summary = absl::StrCat(sysctl.key(), " is ", sysctl.value())};
    PE_ASSIGN_OR_RETURN(const Persisted file, Persist(sysctl, context));
    if (file.before != file.after) {
      seen.right = false;
      seen.summary = absl::StrCat(sysctl.key(), " is not persisted as ", sysctl.value(), " in ", file.path);
      seen.diff = ShownDiff(file.path, file.before, file.after, context);
    }
    if (!context.has_init) return seen;
    const absl::StatusOr<std::string> live = ReadLive(sysctl.key(), context);
    if (!live.ok() && !absl::IsNotFound(live.status())) return live.status();
    if (live.ok() && *live == Normal(sysctl.value())) return seen;
    seen.right = false;
    seen.summary = live.ok() ? absl::StrCat(sysctl.key(), " is ", *live, " instead of ", sysctl.value())
                             : std::string(live.status().message());
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const Sysctl& sysctl = body.sysctl();
    bool changed = false;
    if (context.has_init) {
      PE_ASSIGN_OR_RETURN(const std::string live, ReadLive(sysctl.key(), context));
      if (live != Normal(sysctl.value())) {
        // Live first: what the kernel refuses is never persisted.
        PE_RETURN_IF_ERROR(context.undo.Record(Serialize({{"before", live}, {"after", Normal(sysctl.value())}})));
        PE_RETURN_IF_ERROR(WriteLive(sysctl.key(), sysctl.value(), context));
        changed = true;
      }
    }
    MutexLock lock(&EditLock());
    PE_ASSIGN_OR_RETURN(const Persisted file, Persist(sysctl, context));
    if (file.before != file.after) {
      PE_RETURN_IF_ERROR(MakeParents(file.path, context));
      PE_RETURN_IF_ERROR(Put({.path = file.path, .content = &file.after}, context).status());
      changed = true;
    }
    return Applied{.changed = changed,
                   .message = absl::StrCat(sysctl.key(), " is ", sysctl.value(),
                                           context.has_init ? "" : " from the next boot on")};
  }

  absl::Status Undo(const StepBody& body, absl::string_view text, StepContext& context) const override {
    PE_ASSIGN_OR_RETURN(const Record record, ParseRecord(text));
    MutexLock lock(&EditLock());
    if (IsPathRecord(record)) return UndoPath(record, context);
    const std::string& key = body.sysctl().key();
    PE_ASSIGN_OR_RETURN(const std::string live, ReadLive(key, context));
    if (live == ValueOf(record, "before")) return absl::OkStatus();
    if (live != ValueOf(record, "after")) return UndoConflict(absl::StrCat(key, " (", live, " now)"));
    return WriteLive(key, ValueOf(record, "before"), context);
  }
};

}  // namespace

const StepType& SysctlType() {
  static const SysctlStep type;
  return type;
}

}  // namespace pe::agent
