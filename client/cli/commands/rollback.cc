#include "base/clock.h"
#include "base/random.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/follow.h"

namespace pe::cli {

int Rollback(Context* context, const RollbackOptions& options) {
  const auto name = ResolveJob(context, options.job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::RollbackRequest request;
  request.set_name(*name);
  request.set_request_id(options.request_id);
  if (request.request_id().empty()) {
    SystemRandom random;
    request.set_request_id(NewId(SystemClock().Wall(), random));
  }
  return FollowNew(context, (*engine)->Rollback(request), options.detach);
}

}  // namespace pe::cli
