// file: a regular file with its whole content. A symbolic link in its place is replaced by the file.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;

WholeFile WantedBy(const provision::v1::File& file) {
  WholeFile wanted{.path = file.path(), .present = file.state() != provision::v1::ABSENT};
  if (file.has_content()) wanted.content = &file.content();
  if (file.has_data()) wanted.content = &file.data();
  wanted.attributes = {.mode = file.mode(), .owner = file.owner(), .group = file.group()};
  wanted.validate.assign(file.validate().begin(), file.validate().end());
  return wanted;
}

class FileStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    return Compare(WantedBy(body.file()), context);
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const WholeFile wanted = WantedBy(body.file());
    PE_ASSIGN_OR_RETURN(const bool changed, Put(wanted, context));
    return Applied{.changed = changed,
                   .message = absl::StrCat(wanted.path, wanted.present ? " is in place" : " is removed")};
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPathText(record, context);
  }
};

}  // namespace

const StepType& FileType() {
  static const FileStep type;
  return type;
}

}  // namespace pe::agent
