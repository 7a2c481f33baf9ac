#include "client/cli/commands/follow.h"

#include <poll.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "client/cli/commands/display.h"
#include "client/cli/commands/watch_feed.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress/report.h"
#include "client/cli/progress/words.h"
#include "client/cpp/error.h"

namespace pe::cli {
namespace {

using provision::v1::Job;

// One loop: the feed, the interrupt and the display's clock are its inputs.
class Follower {
 public:
  Follower(Context* context, provision::client::Connection* engine, Job job, const FollowOptions& options)
      : context_(context), engine_(engine), options_(options), view_(std::move(job)), name_(view_.job().name()) {}

  // The status that ended the watch; nothing when the user left.
  std::optional<absl::Status> Run(Interrupt* interrupt) {
    display_ = MakeDisplay(context_, &clock_);
    display_->Begin(view_);
    Open(options_.from_there ? options_.after_seq : 0);
    interrupt->Attend();
    MonoMicros next_tick = 0;
    while (!end_.has_value()) {
      pollfd fds[] = {{feed_->fd(), POLLIN, 0}, {interrupt->fd(), POLLIN, 0}};
      poll(fds, 2, display_->tick_ms() > 0 ? display_->tick_ms() : -1);
      if (fds[1].revents != 0) break;
      TakeAll();
      if (display_->tick_ms() > 0 && clock_.Mono() >= next_tick && !end_.has_value()) {
        display_->Tick(view_, clock_.Wall());
        next_tick = clock_.Mono() + display_->tick_ms() * kMicrosPerMilli;
      }
    }
    display_->End();
    return end_;
  }

  const JobView& view() const { return view_; }

 private:
  void Open(std::optional<int64_t> after_seq) {
    feed_ =
        std::make_unique<WatchFeed>(engine_, provision::client::WatchOptions{.name = name_, .after_seq = after_seq});
  }

  void TakeAll() {
    while (!end_.has_value()) {
      auto item = feed_->Pop();
      if (!item.has_value()) return;
      if (auto* batch = std::get_if<provision::v1::WatchResponse>(&*item)) {
        SkipOld(batch);
        display_->Batch(*batch, &view_);
      } else if (auto* cut = std::get_if<WatchCut>(&*item)) {
        display_->Notice(absl::StrCat("the stream was cut (", OneLine(cut->why.message()), "); trying again in ",
                                      DurationText(absl::ToInt64Microseconds(cut->pause))));
      } else {
        TakeEnd(std::get<WatchEnd>(*item).status);
      }
    }
  }

  // What the user has seen is folded and not shown.
  void SkipOld(provision::v1::WatchResponse* batch) {
    auto* const events = batch->mutable_events();
    int old = 0;
    while (!options_.from_there && old < events->size() && events->Get(old).seq() <= options_.after_seq)
      view_.Apply(events->Get(old++));
    events->DeleteSubrange(0, old);
  }

  void TakeEnd(const absl::Status& status) {
    if (absl::IsOutOfRange(status) && !options_.from_there) {
      const auto oldest = provision::client::DetailsOf(status).metadata["oldest_available_seq"];
      const std::string before = oldest.empty() ? "" : absl::StrCat(" (before event ", Printable(ToAbsl(oldest)), ")");
      display_->Notice(absl::StrCat("the beginning of this job's log", before,
                                    " is no longer kept; going on from its present state"));
      Open(std::nullopt);
      return;
    }
    end_ = status;
  }

  Context* const context_;
  provision::client::Connection* const engine_;
  const FollowOptions options_;
  const SystemClock clock_;
  JobView view_;
  const std::string name_;
  std::unique_ptr<Display> display_;
  std::unique_ptr<WatchFeed> feed_;
  std::optional<absl::Status> end_;
};

// The job as data on stdout, or the summary of its hosts.
int EmitEnd(Context* context, provision::client::Connection* engine, const JobView& view,
            const FollowOptions& options) {
  const WallMicros now = SystemClock().Wall();
  const Job& job = view.job();
  const std::string& output = context->options().output;
  const bool events_on_stdout = context->options().progress == "json";
  if (output == "json" || output == "yaml") {
    provision::v1::StatusRequest request;
    request.set_name(job.name());
    request.set_view(provision::v1::FULL);
    const auto full = engine->Status(request);
    if (!full.ok()) return context->Fail(full.status());
    context->Emit(*full, full->name(), [] { return ""; });
  } else if (output == "table") {
    std::string text = job.mode() == Job::PLAN ? PlanReport(job) : "";
    text += HostSummary(job, now);
    events_on_stdout ? context->Err(text) : context->Out(text);
  }
  context->Err(FailureReport(job, &view, now));
  return ExitCodeOf(job, options.detailed_exitcode);
}

}  // namespace

int FollowNew(Context* context, absl::StatusOr<Job> job, bool detach, FollowOptions options) {
  if (!job.ok()) return context->Fail(job.status());
  if (detach) {
    context->Emit(*job, job->name(), [&] { return job->name() + "\n"; });
    context->Err(absl::StrCat("pe: accepted; follow it with: pe watch ", ShortName(job->name()), "\n"));
    return kExitOk;
  }
  if (context->options().output == "name") context->Out(job->name() + "\n");
  Interrupt interrupt;
  return Follow(context, &interrupt, *std::move(job), options);
}

int Follow(Context* context, Interrupt* interrupt, Job job, FollowOptions options) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  const std::string id = ShortName(job.name());
  if (!options.from_there) job.set_last_seq(0);  // the events tell everything from the first one
  Follower follower(context, *engine, std::move(job), options);
  const std::optional<absl::Status> end = follower.Run(interrupt);
  if (!end.has_value()) {
    context->Err(absl::StrCat("\npe: detached; jobs/", id, " goes on. Come back with: pe watch ", id, "\n"));
    return kExitDetached;
  }
  if (!end->ok()) {
    const int code = context->Fail(*end);
    context->Err(absl::StrCat("pe: jobs/", id, " is not affected. Come back with: pe watch ", id, "\n"));
    return code;
  }
  return EmitEnd(context, *engine, follower.view(), options);
}

}  // namespace pe::cli
