#include "absl/strings/str_cat.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress/words.h"

namespace pe::cli {

int Cancel(Context* context, const CancelOptions& options) {
  const auto name = ResolveJob(context, options.job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::CancelRequest request;
  request.set_name(*name);
  request.set_force(options.force);
  const auto job = (*engine)->Cancel(request);
  if (!job.ok()) return context->Fail(job.status());
  context->Emit(*job, job->name(),
                [&] { return absl::StrCat(OneLine(job->name()), " ", JobWord(job->state()), "\n"); });
  if (!IsTerminal(job->state()))
    context->Err(absl::StrCat("pe: cancel is under way; see it end with: pe watch ", ShortName(job->name()), "\n"));
  return kExitOk;
}

}  // namespace pe::cli
