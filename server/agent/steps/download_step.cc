// download: a file whose content the engine has fetched and sent as a blob; the host itself fetches nothing.
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status.h"
#include "base/text.h"
#include "server/agent/steps/types.h"
#include "server/agent/steps/whole_file.h"

namespace pe::agent {
namespace {

using provision::v1::Download;
using provision::v1::StepBody;

WholeFile WantedBy(const Download& download) {
  return {.path = download.path(),
          .attributes = {.mode = download.mode().empty() ? "0644" : download.mode(),
                         .owner = download.owner(),
                         .group = download.group()}};
}

class DownloadStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    const Download& download = body.download();
    PE_ASSIGN_OR_RETURN(Observation seen, Compare(WantedBy(download), context));
    PE_ASSIGN_OR_RETURN(const PathState now, LookAt(context.files, download.path()));
    if (now.kind != PathState::Kind::kFile || now.digest == download.sha256()) return seen;
    seen.right = false;
    seen.summary = absl::StrCat(download.path(), " has SHA-256 ", now.digest, " instead of ", download.sha256());
    return seen;
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation&, StepContext& context) const override {
    const Download& download = body.download();
    PE_ASSIGN_OR_RETURN(const std::string content, context.blobs.Read(download.sha256()));
    if (Sha256Hex(content) != download.sha256()) {
      return StepError(absl::StatusCode::kDataLoss, "DIGEST_MISMATCH",
                       absl::StrCat("what arrived for ", download.path(), " has another SHA-256"),
                       "run the job again; if it happens again, check the digest in the spec");
    }
    WholeFile wanted = WantedBy(download);
    wanted.content = &content;
    PE_ASSIGN_OR_RETURN(const bool changed, Put(wanted, context));
    return Applied{.changed = changed,
                   .message = absl::StrCat(download.path(), " is in place, ", Counted(content.size(), "byte"))};
  }

  absl::Status Undo(const StepBody&, absl::string_view record, StepContext& context) const override {
    return UndoPathText(record, context);
  }
};

}  // namespace

const StepType& DownloadType() {
  static const DownloadStep type;
  return type;
}

}  // namespace pe::agent
