// os_image: bootstraps a root filesystem with mmdebstrap, on the machine that holds it. Built beside its place and
// moved there when it is whole, so the root has an operating system or is empty, never half of one. A finished build
// whose move was interrupted is used again. A root that holds anything else is refused. Cannot be undone.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/parent_directories.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::OsImage;
using provision::v1::StepBody;

// "ID=debian", "VERSION_CODENAME=\"bookworm\"" of an os-release(5).
std::string ValueIn(absl::string_view os_release, absl::string_view key) {
  for (absl::string_view line : absl::StrSplit(os_release, '\n')) {
    if (!absl::ConsumePrefix(&line, key) || !absl::ConsumePrefix(&line, "=")) continue;
    if (absl::ConsumePrefix(&line, "\"")) absl::ConsumeSuffix(&line, "\"");
    return std::string(line);
  }
  return "";
}

std::string PartOf(const OsImage& image) {
  return absl::StrCat(absl::StripSuffix(image.root(), "/"), ".provision-part");
}

enum class Found { kNothing, kWanted, kOther };
struct Look {
  Found found = Found::kNothing;
  std::string said;
};

absl::StatusOr<Look> LookAtRoot(const OsImage& image, const std::string& root, StepContext& context) {
  const absl::StatusOr<std::vector<std::string>> names = context.files.List(root);
  if (absl::IsNotFound(names.status())) return Look{.said = absl::StrCat(root, " does not exist")};
  PE_RETURN_IF_ERROR(names.status());
  if (names->empty()) return Look{.said = absl::StrCat(root, " is empty")};
  // /etc/os-release is a link to this in Debian; following it from here would lead out of the root.
  absl::StatusOr<std::string> text = context.files.Read(absl::StrCat(root, "/usr/lib/os-release"), 64 * 1024);
  if (!text.ok())
    return Look{
        .found = Found::kOther,
        .said = absl::StrCat(root, " is not empty and holds no operating system: '", (*names)[0], "' is there")};
  const std::string id = ValueIn(*text, "ID"), release = ValueIn(*text, "VERSION_CODENAME");
  const bool wanted = id == image.distribution() && release == image.release();
  return Look{.found = wanted ? Found::kWanted : Found::kOther,
              .said = absl::StrCat(root, " holds ", id, " ", release)};
}

// The host's own sources that are about the release; none lets mmdebstrap use the distribution's.
std::vector<std::string> HostSources(const std::string& release, FileSystem& files) {
  std::vector<std::string> candidates = {"/etc/apt/sources.list"}, found;
  const absl::StatusOr<std::vector<std::string>> names = files.List("/etc/apt/sources.list.d");
  if (names.ok()) {
    for (const std::string& name : *names) candidates.push_back(absl::StrCat("/etc/apt/sources.list.d/", name));
  }
  for (const std::string& path : candidates) {
    const absl::StatusOr<std::string> text = files.Read(path, 1 << 20);
    if (text.ok() && absl::StrContains(*text, release)) found.push_back(path);
  }
  return found;
}

Command Bootstrap(const OsImage& image, const std::string& part, StepContext& context) {
  Command command{.argv = {"mmdebstrap", "--format=directory",
                           absl::StrCat("--variant=", image.variant().empty() ? "minbase" : image.variant())}};
  if (!image.architecture().empty()) command.argv.push_back(absl::StrCat("--architectures=", image.architecture()));
  if (image.include_size() > 0) command.argv.push_back(absl::StrCat("--include=", absl::StrJoin(image.include(), ",")));
  command.argv.insert(command.argv.end(), {image.release(), part});
  const std::vector<std::string> sources =
      image.sources_size() > 0 ? std::vector<std::string>(image.sources().begin(), image.sources().end())
                               : HostSources(image.release(), context.files);
  command.argv.insert(command.argv.end(), sources.begin(), sources.end());
  command = Streamed(std::move(command), context);
  // mmdebstrap names its phases in lines "I: ..." on standard error.
  command.on_output = [&context](int stream, absl::string_view bytes) {
    context.reporter.Output(stream, bytes);
    for (absl::string_view line : absl::StrSplit(bytes, absl::ByAnyChar("\r\n"), absl::SkipEmpty())) {
      if (absl::ConsumePrefix(&line, "I: ")) context.reporter.Progress(0, 0, "", absl::StripAsciiWhitespace(line));
    }
  };
  return command;
}

absl::Status Build(const OsImage& image, const std::string& part, const std::string& whole, StepContext& context) {
  PE_RETURN_IF_ERROR(context.files.Remove(whole));
  PE_RETURN_IF_ERROR(context.files.RemoveAll(part));
  PE_RETURN_IF_ERROR(MakeParents(part, context));
  const absl::StatusOr<CommandResult> built = RunOrFail(Bootstrap(image, part, context), context, "BOOTSTRAP_FAILED",
                                                        "the step's output says at which phase; check the sources");
  if (DetailsOf(built.status()).error_code == "PROGRAM_NOT_FOUND") {
    return StepError(absl::StatusCode::kNotFound, "MMDEBSTRAP_MISSING", "this machine has no mmdebstrap",
                     "run `apt-get install mmdebstrap` on the machine that holds the root");
  }
  PE_RETURN_IF_ERROR(built.status());
  return context.files.WriteAtomic(whole, absl::StrCat(image.SerializeAsString()), {.mode = 0600}, nullptr);
}

class OsImageStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const OsImage& image = body.os_image();
    PE_ASSIGN_OR_RETURN(Look look, LookAtRoot(image, image.root(), context));
    Observation seen{.right = look.found == Found::kWanted, .summary = std::move(look.said)};
    if (!seen.right)
      absl::StrAppend(&seen.summary, "; a bootstrap of ", image.distribution(), " ", image.release(),
                      " cannot be undone");
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const OsImage& image = body.os_image();
    if (image.root().size() < 2 || image.root()[0] != '/') {
      return StepError(absl::StatusCode::kInvalidArgument, "BAD_ROOT",
                       absl::StrCat("'", image.root(), "' cannot be a root to fill"),
                       "name an absolute path other than /");
    }
    if (image.distribution() != "debian") {
      return StepError(absl::StatusCode::kInvalidArgument, "UNKNOWN_DISTRIBUTION",
                       absl::StrCat("'", image.distribution(), "' cannot be bootstrapped"), "use debian");
    }
    PE_ASSIGN_OR_RETURN(const Look now, LookAtRoot(image, image.root(), context));
    if (now.found == Found::kWanted) return Applied{.changed = false, .message = now.said};
    if (now.found == Found::kOther) {
      return StepError(absl::StatusCode::kFailedPrecondition, "ROOT_NOT_EMPTY", now.said,
                       "name an empty or new directory, or empty this one yourself");
    }
    const std::string part = PartOf(image), whole = absl::StrCat(part, ".whole");
    const absl::StatusOr<std::string> built = context.files.Read(whole, 1 << 20);
    PE_ASSIGN_OR_RETURN(const Look before, LookAtRoot(image, part, context));
    const bool resume = built.ok() && *built == image.SerializeAsString() && before.found == Found::kWanted;
    if (!resume) PE_RETURN_IF_ERROR(Build(image, part, whole, context));
    // Renames over an empty directory, and refuses any other.
    PE_RETURN_IF_ERROR(RunOrFail({.argv = {"mv", "-T", "--", part, std::string(absl::StripSuffix(image.root(), "/"))}},
                                 context, "MOVE_FAILED",
                                 "see whether the root is a mount point or was filled meanwhile")
                           .status());
    PE_RETURN_IF_ERROR(context.files.Remove(whole));
    return Applied{.message = absl::StrCat(image.root(), " holds ", image.distribution(), " ", image.release())};
  }

  absl::Status Undo(const StepBody&, absl::string_view, StepContext&) const override {
    return StepError(absl::StatusCode::kUnimplemented, "CANNOT_UNDO", "a bootstrapped root is not taken away again",
                     "remove its directory yourself");
  }
};

}  // namespace

const StepType& OsImageType() {
  static const OsImageStep type;
  return type;
}

}  // namespace pe::agent
