#include "base/clock.h"
#include "base/random.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/follow.h"
#include "client/cli/commands/request.h"

namespace pe::cli {

int Retry(Context* context, const RetryOptions& options) {
  std::map<std::string, std::string> values;
  if (const absl::Status read = ReadValues(options.values, nullptr, &values); !read.ok()) return context->Fail(read);
  const auto name = ResolveJob(context, options.job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::RetryRequest request;
  request.set_name(*name);
  request.set_step(options.step);
  request.set_request_id(options.request_id);
  if (request.request_id().empty()) {
    SystemRandom random;
    request.set_request_id(NewId(SystemClock().Wall(), random));
  }
  request.mutable_variables()->insert(values.begin(), values.end());
  return FollowNew(context, (*engine)->Retry(request), options.detach);
}

}  // namespace pe::cli
