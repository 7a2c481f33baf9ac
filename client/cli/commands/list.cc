#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/table.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

constexpr int32_t kLargestPage = 1000;

std::string Filter(const ListOptions& options) {
  std::vector<std::string> terms;
  const auto term = [&](absl::string_view field, absl::string_view value) {
    if (!value.empty()) terms.push_back(absl::StrCat(field, " = ", value));
  };
  if (!options.filter.empty()) terms.push_back(options.filter);
  term("state", absl::AsciiStrToUpper(options.state));
  if (!options.environment.empty() && !absl::StartsWith(options.environment, "environments/")) {
    term("environment", absl::StrCat("environments/", options.environment));
  } else {
    term("environment", options.environment);
  }
  term("service", options.service);
  if (!options.resource.empty()) term("resource", ResourceName(options.resource));
  return absl::StrJoin(terms, " AND ");
}

std::string TableText(const provision::v1::ListResponse& all) {
  const WallMicros now = SystemClock().Wall();
  Table table({"JOB", "STATE", "SERVICE", "MODE", "STEPS", "AGE", "REASON"});
  for (const auto& job : all.jobs()) {
    table.Add({ShortName(job.name()), JobWord(job.state()),
               absl::StrCat(OneLine(job.service()), " ", OneLine(job.version())), ModeWord(job.mode()),
               CountsText(job.counts(), job.mode()),
               DurationText(std::max<int64_t>(0, now - ToMicros(job.create_time()))), OneLine(job.reason())});
  }
  return table.Text();
}

}  // namespace

int List(Context* context, const ListOptions& options) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::ListResponse all;
  provision::v1::ListRequest request;
  request.set_filter(Filter(options));
  do {
    request.set_page_size(std::min(options.limit - all.jobs_size(), kLargestPage));
    auto page = (*engine)->List(request);
    if (!page.ok()) return context->Fail(page.status());
    for (auto& job : *page->mutable_jobs()) *all.add_jobs() = std::move(job);
    all.set_next_page_token(page->next_page_token());
    request.set_page_token(page->next_page_token());
  } while (!all.next_page_token().empty() && all.jobs_size() < options.limit);
  if (context->options().output == "name") {
    for (const auto& job : all.jobs()) context->Out(job.name() + "\n");
  } else {
    context->Emit(all, "", [&] { return TableText(all); });
  }
  if (!all.next_page_token().empty() && context->options().output == "table") {
    context->Err(absl::StrCat("pe: there are more; see them with --limit ", options.limit * 10, "\n"));
  }
  return kExitOk;
}

}  // namespace pe::cli
