#include "absl/strings/str_cat.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

int Show(Context* context, const absl::StatusOr<provision::v1::Job>& job) {
  if (!job.ok()) return context->Fail(job.status());
  context->Emit(*job, job->name(), [&] {
    const std::string why = job->reason().empty() ? "" : absl::StrCat(": ", OneLine(job->reason()));
    return absl::StrCat(OneLine(job->name()), " ", JobWord(job->state()), why, "\n");
  });
  return kExitOk;
}

}  // namespace

int Pause(Context* context, const PauseOptions& options) {
  const auto name = ResolveJob(context, options.job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::PauseRequest request;
  request.set_name(*name);
  request.set_reason(options.reason);
  return Show(context, (*engine)->Pause(request));
}

int Resume(Context* context, const std::string& job) {
  const auto name = ResolveJob(context, job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::ResumeRequest request;
  request.set_name(*name);
  return Show(context, (*engine)->Resume(request));
}

}  // namespace pe::cli
