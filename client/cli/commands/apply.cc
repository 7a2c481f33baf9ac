#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/follow.h"
#include "client/cli/commands/request.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

// The file and the flags as a request; a code other than 0 when something was wrong and has been said.
int Prepare(Context* context, const ApplyOptions& options, SpecFile* file, provision::v1::ProvisionRequest* request) {
  absl::StatusOr<Document> document = ReadDocument(options.file);
  if (!document.ok()) return context->Fail(document.status());
  *file = ParseSpec(*std::move(document));
  if (!file->problems.empty()) {
    context->Err(FormatProblems(file->document, file->problems, context->err_is_terminal()));
    return kExitUsage;
  }
  std::map<std::string, std::string> values;
  if (const absl::Status read = ReadValues(options.values, &file->spec, &values); !read.ok())
    return context->Fail(read);
  if (const absl::Status filled = FillRequest(options, request); !filled.ok()) return context->Fail(filled);
  request->mutable_variables()->insert(values.begin(), values.end());
  *request->mutable_spec() = file->spec;
  return kExitOk;
}

int Refused(Context* context, const absl::Status& status, const provision::v1::ProvisionRequest& request,
            const SpecFile& file) {
  const int code = context->Fail(status, &file);
  const bool sent = code == kExitUnreachable && !absl::StrContains(status.message(), "failed to connect");
  if (sent) {
    context->Err(absl::StrCat("pe: the engine may have accepted the job; the same command with --request-id ",
                              OneLine(request.request_id()), " finds it, or makes it, once\n"));
  }
  return code;
}

}  // namespace

int Apply(Context* context, const ApplyOptions& options) {
  SpecFile file;
  provision::v1::ProvisionRequest request;
  if (const int code = Prepare(context, options, &file, &request); code != kExitOk) return code;
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  absl::StatusOr<provision::v1::Job> job = (*engine)->Provision(request);
  if (!job.ok()) return Refused(context, job.status(), request, file);
  if (options.validate_only) {
    context->Emit(*job, "",
                  [&] { return absl::StrCat(file.document.name, " is valid for ", job->targets_size(), " hosts\n"); });
    return kExitOk;
  }
  return FollowNew(context, std::move(job), options.detach, {.detailed_exitcode = options.detailed_exitcode});
}

}  // namespace pe::cli
