#include "server/agent/steps/apt_errors.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/agent/steps/program.h"

namespace pe::agent {
namespace {

using Code = absl::StatusCode;

struct Meaning {
  const char* phrase;  // in one "E: " line
  const char* error_code;
  Code code;
  const char* hint;
};

// The first row that fits any line decides.
constexpr Meaning kMeanings[] = {
    {"Could not get lock", kDpkgLocked, Code::kUnavailable, "wait for the other program, or end it"},
    {"Unable to acquire the dpkg frontend lock", kDpkgLocked, Code::kUnavailable,
     "wait for the other program, or end it"},
    {"Unable to lock", kDpkgLocked, Code::kUnavailable, "wait for the other program, or end it"},
    {"is locked by another process", kDpkgLocked, Code::kUnavailable, "wait for the other program, or end it"},
    {"dpkg was interrupted", kDpkgInterrupted, Code::kUnavailable, "run `dpkg --configure -a` on the host"},
    {"Unable to locate package", kPackageNotFound, Code::kNotFound, "check the name, or add a repository that has it"},
    {"has no installation candidate", kPackageNotFound, Code::kNotFound,
     "check the name, name one package that provides it, or add a repository that has it"},
    {"' was not found", kPackageVersionNotFound, Code::kNotFound,
     "ask for a version that a repository of the host has"},
    {"Failed to fetch", kFetchFailed, Code::kUnavailable, "check the host's network, its apt sources and the archive"},
    {"Some index files failed to download", "APT_UPDATE_FAILED", Code::kUnavailable,
     "check the host's network and its apt sources"},
    {"is not signed", "REPOSITORY_NOT_SIGNED", Code::kFailedPrecondition,
     "add its key with a `repository_key` step and name it in `signed_by`"},
    {"unmet dependencies", "UNMET_DEPENDENCIES", Code::kFailedPrecondition,
     "see which packages conflict or are held on the host"},
    {"held broken packages", "UNMET_DEPENDENCIES", Code::kFailedPrecondition,
     "see which packages conflict or are held on the host"},
    {"Held packages were changed", "PACKAGE_HELD", Code::kFailedPrecondition,
     "release the hold on the host with `apt-mark unhold`"},
    {"You don't have enough free space", "DISK_FULL", Code::kResourceExhausted, "free some space on the host"},
    {"No space left on device", "DISK_FULL", Code::kResourceExhausted, "free some space on the host"},
};

}  // namespace

absl::Status AptError(const CommandResult& result) {
  std::vector<absl::string_view> errors;
  for (absl::string_view line : absl::StrSplit(result.standard_error, '\n')) {
    if (absl::ConsumePrefix(&line, "E: ") || absl::StartsWith(line, "dpkg: error")) errors.push_back(line);
  }
  const std::string message = errors.empty() ? LastWords(result) : absl::StrJoin(errors, "; ");
  for (const Meaning& meaning : kMeanings) {
    if (!absl::StrContains(result.standard_error, meaning.phrase)) continue;
    return StepError(meaning.code, meaning.error_code, message, meaning.hint, result.exit_code);
  }
  return StepError(Code::kFailedPrecondition, "APT_FAILED",
                   message.empty() ? "apt-get failed and did not say why" : message,
                   "the step's output has the whole story", result.exit_code);
}

}  // namespace pe::agent
