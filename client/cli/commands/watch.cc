#include "client/cli/commands/commands.h"
#include "client/cli/commands/follow.h"

namespace pe::cli {

int Watch(Context* context, const WatchCommandOptions& options) {
  const auto name = ResolveJob(context, options.job);
  if (!name.ok()) return context->Fail(name.status());
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::Job job;
  job.set_name(*name);
  // A program gets exactly what it asked for; a person's display needs the job's whole history to be right.
  const bool from_there = context->options().progress == "json" && options.after_seq.value_or(0) > 0;
  if (from_there) {
    provision::v1::StatusRequest request;
    request.set_name(*name);
    request.set_view(provision::v1::FULL);
    auto known = (*engine)->Status(request);
    if (!known.ok()) return context->Fail(known.status());
    job = *std::move(known);
  }
  if (context->options().output == "name") context->Out(*name + "\n");
  Interrupt interrupt;
  return Follow(context, &interrupt, std::move(job),
                {.after_seq = options.after_seq.value_or(0), .from_there = from_there});
}

}  // namespace pe::cli
