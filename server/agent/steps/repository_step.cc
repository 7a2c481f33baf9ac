// repository: one deb822 file below /etc/apt/sources.list.d, and its lists fetched when it changed. A source whose
// lists cannot be fetched fails the step and is taken back, or every later apt-get on the host would stumble over it.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "server/agent/steps/apt.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::Repository;
using provision::v1::StepBody;

std::string ContentOf(const Repository& repository) {
  std::string text = "Types: deb\n";
  const auto field = [&](absl::string_view name, const auto& values) {
    if (!values.empty()) absl::StrAppend(&text, name, ": ", absl::StrJoin(values, " "), "\n");
  };
  field("URIs", repository.uris());
  field("Suites", repository.suites());
  field("Components", repository.components());
  field("Architectures", repository.architectures());
  if (!repository.signed_by().empty()) absl::StrAppend(&text, "Signed-By: ", repository.signed_by(), "\n");
  return text;
}

WholeFile WantedBy(const Repository& repository, const std::string* content) {
  return {.path = absl::StrCat("/etc/apt/sources.list.d/", repository.name(), ".sources"),
          .present = repository.state() != provision::v1::ABSENT,
          .content = content,
          .attributes = {.mode = "0644"}};
}

class RepositoryStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const std::string content = ContentOf(body.repository());
    return Compare(WantedBy(body.repository(), &content), context);
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const std::string content = ContentOf(body.repository());
    const WholeFile wanted = WantedBy(body.repository(), &content);
    PE_ASSIGN_OR_RETURN(const PathState before, LookAt(context.files, wanted.path));
    std::string old;
    if (before.kind == PathState::Kind::kFile) {
      PE_ASSIGN_OR_RETURN(old, context.files.Read(wanted.path, kMostFileBytes));
    }
    PE_ASSIGN_OR_RETURN(const bool changed, Put(wanted, context));
    if (!wanted.present) return Applied{.changed = changed, .message = absl::StrCat(wanted.path, " is removed")};
    if (const absl::Status updated = UpdateLists(context, wanted.path); !updated.ok()) {
      if (changed) PE_RETURN_IF_ERROR(ChangePath(wanted.path, before, &old, nullptr, context).status());
      return Annotate(updated, wanted.path);
    }
    return Applied{.changed = changed, .message = absl::StrCat(wanted.path, " is in place, its lists are fetched")};
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPathText(record, context);
  }
};

}  // namespace

const StepType& RepositoryType() {
  static const RepositoryStep type;
  return type;
}

}  // namespace pe::agent
