// pe doctor: is the engine reached, does it answer, and what waits for a person.
#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "base/text.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress/words.h"
#include "client/cpp/endpoint.h"

namespace pe::cli {
namespace {

using provision::client::Connection;
using provision::v1::Job;
using provision::v1::Resource;

constexpr int kShown = 5;  // of each kind of finding; the rest is counted
constexpr int kLargestPage = 1000;

class Doctor {
 public:
  explicit Doctor(Context* context) : context_(context) {}

  int Run() {
    if (!Reach()) return exit_code_;
    LookAtResources();
    LookAtJobs();
    context_->Out(absl::StrCat("\n", findings_ == 0 ? "nothing needs you" : Counted(findings_, "finding"), "\n"));
    return exit_code_;
  }

 private:
  void Good(absl::string_view text) const { context_->Out(absl::StrCat("ok    ", text, "\n")); }
  void Finding(absl::string_view text, absl::string_view next) {
    ++findings_;
    context_->Out(absl::StrCat("look  ", text, "\n", next.empty() ? "" : "      ", next, next.empty() ? "" : "\n"));
  }

  bool Reach() {
    const auto endpoint = provision::client::ParseEndpoint(context_->options().engine);
    if (!endpoint.ok()) return Broken(endpoint.status());
    const std::string path(absl::StripPrefix(endpoint->address, "unix:"));
    if (endpoint->is_unix && access(path.c_str(), F_OK) != 0) {
      return Broken(absl::UnavailableError(absl::StrCat("there is no socket ", path)));
    }
    if (endpoint->is_unix && access(path.c_str(), R_OK | W_OK) != 0) {
      return Broken(absl::PermissionDeniedError(absl::StrCat(path, " is not yours: run pe as the engine's user")));
    }
    const auto engine = context_->Engine();
    if (!engine.ok()) return Broken(engine.status());
    engine_ = *engine;
    const MonoMicros begin = clock_.Mono();
    provision::v1::ListRequest request;
    request.set_page_size(1);
    const auto page = engine_->List(request);
    if (!page.ok()) return Broken(page.status());
    Good(absl::StrCat("the engine at ", endpoint->shown, " answers, after ",
                      absl::StrFormat("%.1f ms", static_cast<double>(clock_.Mono() - begin) / kMicrosPerMilli)));
    return true;
  }

  bool Broken(const absl::Status& status) {
    context_->Out("FAIL  the engine is not reached\n");
    exit_code_ = context_->Fail(status);
    return false;
  }

  template <typename Items, typename Want, typename Say>
  void Report(const Items& items, absl::string_view what, Want want, Say say, absl::string_view next) {
    std::vector<std::string> lines;
    for (const auto& item : items) {
      if (want(item)) lines.push_back(say(item));
    }
    if (lines.empty()) return;
    std::string text = absl::StrCat(lines.size(), " ", what);
    for (size_t i = 0; i < lines.size() && i < kShown; ++i) absl::StrAppend(&text, "\n        ", lines[i]);
    if (lines.size() > kShown) absl::StrAppend(&text, "\n        and ", lines.size() - kShown, " more");
    Finding(text, next);
  }

  void LookAtResources() {
    std::vector<Resource> all;
    provision::v1::ListResourcesRequest request;
    request.set_page_size(kLargestPage);
    do {
      const auto page = engine_->ListResources(request);
      if (!page.ok()) return void(exit_code_ = context_->Fail(page.status()));
      all.insert(all.end(), page->resources().begin(), page->resources().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    Good(absl::StrCat(Counted(static_cast<int64_t>(all.size()), "resource"), " registered"));
    const auto named = [](const Resource& r) { return ShortName(r.name()); };
    Report(
        all, "with a host key that nobody has confirmed",
        [](const Resource& r) { return !r.offered_host_key().empty(); },
        [](const Resource& r) { return absl::StrCat(ShortName(r.name()), "  ", OneLine(r.offered_host_key())); },
        "compare it on the host, then: pe resource trust NAME KEY");
    Report(
        all, "whose last job did not end well", [](const Resource& r) { return r.state() == Resource::FAILED; },
        [](const Resource& r) { return absl::StrCat(ShortName(r.name()), "  ", OneLine(r.reason())); }, "pe retry JOB");
    Report(
        all, "out of use", [](const Resource& r) { return r.state() == Resource::DISABLED; }, named,
        "pe resource enable NAME");
  }

  void LookAtJobs() {
    int64_t running = 0;
    bool more = false;  // a page is full: there are at least so many, and counting them all is not worth the wait
    for (const char* state : {"RUNNING", "PLANNING", "QUEUED"}) {
      const size_t found = Jobs(state).size();
      running += static_cast<int64_t>(found);
      more = more || found == kLargestPage;
    }
    Good(absl::StrCat(more ? "at least " : "", Counted(running, "job"), " at work or queued"));
    const auto all = [](const Job&) { return true; };
    const auto line = [](const Job& job) { return absl::StrCat(ShortName(job.name()), "  ", OneLine(job.reason())); };
    Report(Jobs("PAUSED"), "waiting for a person", all, line, "pe status JOB");
    Report(Jobs("CANCELLING"), "being cancelled", all, line, "pe status JOB; pe cancel --force JOB if it cannot wait");
  }

  std::vector<Job> Jobs(absl::string_view state) {
    provision::v1::ListRequest request;
    request.set_page_size(kLargestPage);
    request.set_filter(absl::StrCat("state = ", state));
    const auto page = engine_->List(request);
    if (page.ok()) return {page->jobs().begin(), page->jobs().end()};
    exit_code_ = context_->Fail(page.status());
    return {};
  }

  Context* const context_;
  const SystemClock clock_;
  Connection* engine_ = nullptr;
  int findings_ = 0;
  int exit_code_ = kExitOk;
};

}  // namespace

int Diagnose(Context* context) { return Doctor(context).Run(); }

}  // namespace pe::cli
