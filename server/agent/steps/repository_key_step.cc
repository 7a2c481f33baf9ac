// repository_key: an armoured public key as /etc/apt/keyrings/NAME.asc, which apt reads as it is. The fingerprint is
// computed here, without gpg; a file with any other primary key beside the expected one is refused.
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/status.h"
#include "server/agent/steps/openpgp_key.h"
#include "server/agent/steps/parent_directories.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::RepositoryKey;
using provision::v1::StepBody;

WholeFile WantedBy(const RepositoryKey& key, const std::string* content) {
  return {.path = absl::StrCat("/etc/apt/keyrings/", key.name(), ".asc"),
          .present = key.state() != provision::v1::ABSENT,
          .content = content,
          .attributes = {.mode = "0644"}};
}

std::string ContentOf(const RepositoryKey& key) {
  return absl::EndsWith(key.content(), "\n") ? key.content() : absl::StrCat(key.content(), "\n");
}

absl::Status Check(const RepositoryKey& key) {
  PE_ASSIGN_OR_RETURN(const std::vector<std::string> found, Fingerprints(key.content()));
  const std::string wanted = absl::AsciiStrToLower(absl::StrReplaceAll(key.fingerprint(), {{" ", ""}}));
  for (const std::string& fingerprint : found) {
    if (wanted.empty() || fingerprint == wanted) continue;
    return StepError(absl::StatusCode::kFailedPrecondition, "FINGERPRINT_MISMATCH",
                     absl::StrCat("the key's fingerprint is ", absl::StrJoin(found, ", "), ", expected is ", wanted),
                     "do not use this key before you know whose it is");
  }
  return absl::OkStatus();
}

class RepositoryKeyStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const RepositoryKey& key = body.repository_key();
    const std::string content = ContentOf(key);
    const WholeFile wanted = WantedBy(key, &content);
    if (wanted.present) PE_RETURN_IF_ERROR(Check(key));
    return Compare(wanted, context);
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const RepositoryKey& key = body.repository_key();
    const std::string content = ContentOf(key);
    const WholeFile wanted = WantedBy(key, &content);
    if (wanted.present) {
      PE_RETURN_IF_ERROR(Check(key));
      PE_RETURN_IF_ERROR(MakeParents(wanted.path, context));
    }
    PE_ASSIGN_OR_RETURN(const bool changed, Put(wanted, context));
    return Applied{.changed = changed,
                   .message = absl::StrCat(wanted.path, wanted.present ? " is in place" : " is removed")};
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPathText(record, context);
  }
};

}  // namespace

const StepType& RepositoryKeyType() {
  static const RepositoryKeyStep type;
  return type;
}

}  // namespace pe::agent
