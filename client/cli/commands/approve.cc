#include "absl/strings/str_cat.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress/words.h"

namespace pe::cli {

int Approve(Context* context, const ApproveOptions& options) {
  using provision::v1::Approval;
  const auto name = ResolveJob(context, options.job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::ApproveRequest request;
  request.set_name(*name);
  request.set_decision(options.reject ? Approval::REJECTED : Approval::APPROVED);
  request.set_comment(options.comment);
  const auto job = (*engine)->Approve(request);
  if (!job.ok()) return context->Fail(job.status());
  context->Emit(*job, job->name(), [&] {
    return absl::StrCat(OneLine(job->name()), options.reject ? " rejected" : " approved", " by ",
                        OneLine(job->approval().caller()), "; it is ", JobWord(job->state()), "\n");
  });
  if (!IsTerminal(job->state()))
    context->Err(absl::StrCat("pe: follow it with: pe watch ", ShortName(job->name()), "\n"));
  return kExitOk;
}

}  // namespace pe::cli
