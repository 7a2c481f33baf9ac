#include "server/engine/validate_steps.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"
#include "server/engine/proto_time.h"
#include "server/engine/step_graph.h"
#include "server/engine/validate_body.h"

namespace pe {
namespace {

using provision::v1::ServiceSpec;
using provision::v1::Step;

constexpr int64_t kMaxTimeoutMicros = 24 * 3600 * kMicrosPerSecond;  // beyond it nobody waits for a step
constexpr int64_t kMaxBackoffMicros = 3600 * kMicrosPerSecond;
constexpr int kMaxAttempts = 10;  // more would hide that something is broken
constexpr size_t kMaxTitleBytes = 200;

// Where each id is declared.
struct Ids {
  absl::flat_hash_map<absl::string_view, bool> is_handler;
  std::vector<std::string> steps, handlers;
};

void CheckRetry(const provision::v1::RetryPolicy& retry, const FieldPath& path, Report* report) {
  report->Range(path, "attempts", retry.attempts(), 0, kMaxAttempts);
  if (retry.multiplier() != 0 && !(retry.multiplier() >= 1 && retry.multiplier() <= 10))
    report->Add(path, "multiplier", "is not between 1 and 10");
  if (retry.has_backoff()) CheckDuration(retry.backoff(), 0, kMaxBackoffMicros, path, "backoff", report);
  if (retry.has_max_backoff()) CheckDuration(retry.max_backoff(), 0, kMaxBackoffMicros, path, "max_backoff", report);
}

// What a step and a handler have in common.
void CheckEnvelope(const Step& step, const FieldPath& path, TextCheck* texts, Report* report) {
  if (step.id().empty()) report->Add(path, "id", "is required");
  else report->Plain(FieldPath(path, "id"), step.id(), rule::StepId);
  report->Optional(path, "title", step.title(), rule::OneLine);
  if (step.title().size() > kMaxTitleBytes)
    report->Add(path, "title", absl::StrCat("is longer than ", kMaxTitleBytes, " bytes"));
  texts->Condition(step, path);
  if (step.has_timeout()) CheckDuration(step.timeout(), 1, kMaxTimeoutMicros, path, "timeout", report);
  if (step.has_retry()) CheckRetry(step.retry(), FieldPath(path, "retry"), report);
  if (step.has_os_image() && !step.os_image().root().empty()) {
    report->Add(path, "os_image.root", "comes from the target's address (rootfs:///PATH) and is not set in a spec");
  }
  CheckKind(step, path, report);
}

void CheckPlace(const Step& step, const FieldPath& path, Report* report) {
  if (step.on().empty()) return;
  report->Plain(FieldPath(path, "on"), step.on(), rule::ResourceIdOrName);
  if (step.has_os_image()) report->Add(path, "on", "an os_image is made for the target itself");
  if (step.has_monitoring())
    report->Add(path, "on",
                "monitoring knows its places: the exporter is on the target, the registration on prometheus.resource");
}

void CheckReferences(const Step& step, const Ids& ids, const FieldPath& path, Report* report) {
  for (int i = 0; i < step.after_size() && !report->full(); ++i) {
    const auto found = ids.is_handler.find(step.after(i));
    if (found == ids.is_handler.end()) {
      report->Add(FieldPath(path, "after", i), absl::StrCat("there is no step '", Shorten(Printable(step.after(i)), 64),
                                                            "'", report->DidYouMean(step.after(i), ids.steps)));
    } else if (found->second) {
      report->Add(FieldPath(path, "after", i),
                  absl::StrCat("'", step.after(i), "' is a handler, and handlers run after all steps"));
    }
  }
  for (int i = 0; i < step.notify_size() && !report->full(); ++i) {
    const auto found = ids.is_handler.find(step.notify(i));
    if (found != ids.is_handler.end() && found->second) continue;
    report->Add(FieldPath(path, "notify", i),
                found != ids.is_handler.end()
                    ? absl::StrCat("'", step.notify(i), "' is a step; what is notified stands under handlers")
                    : absl::StrCat("there is no handler '", Shorten(Printable(step.notify(i)), 64), "'",
                                   report->DidYouMean(step.notify(i), ids.handlers)));
  }
}

void CheckHandler(const Step& handler, const FieldPath& path, Report* report) {
  if (!handler.after().empty() || handler.parallel())
    report->Add(path, "after", "handlers run in the order in which they are declared");
  if (!handler.on().empty()) report->Add(path, "on", "a handler runs where the step that notifies it runs");
  if (!handler.for_each().empty()) report->Add(path, "for_each", "a handler runs once; declare several");
  if (!handler.notify().empty()) report->Add(path, "notify", "a handler notifies no other one");
  if (handler.has_os_image() || handler.has_monitoring() || handler.has_reboot())
    report->Add(path, "os_image, monitoring and reboot are steps and no handlers");
}

Ids DeclareIds(const ServiceSpec& spec, const FieldPath& path, Report* report) {
  Ids ids;
  const auto declare = [&](const Step& step, bool handler, const FieldPath& at) {
    (handler ? ids.handlers : ids.steps).push_back(step.id());
    if (!step.id().empty() && !ids.is_handler.emplace(step.id(), handler).second) {
      report->Add(at, "id",
                  absl::StrCat("'", Shorten(Printable(step.id()), 64),
                               "' is used twice; an id is unique among steps and handlers"));
    }
  };
  for (int i = 0; i < spec.steps_size(); ++i) declare(spec.steps(i), false, FieldPath(path, "steps", i));
  for (int i = 0; i < spec.handlers_size(); ++i) declare(spec.handlers(i), true, FieldPath(path, "handlers", i));
  return ids;
}

void CheckCycle(const ServiceSpec& spec, const FieldPath& path, Report* report) {
  const StepGraph graph = MakeStepGraph(spec.steps());
  if (graph.cycle.empty()) return;
  std::vector<std::string> ids;
  bool implied = false;
  for (const int i : graph.cycle) {
    if (ids.size() < 20) ids.push_back(spec.steps(i).id());
    implied = implied || spec.steps(i).after().empty();
  }
  if (ids.size() < graph.cycle.size()) ids.push_back("...");
  ids.push_back(spec.steps(graph.cycle[0]).id());
  report->Add(
      FieldPath(path, "steps", graph.cycle[0]), "after",
      absl::StrCat("a cycle, in which each comes after the next: ", absl::StrJoin(ids, " -> "),
                   implied
                       ? "; a step without `after` comes after the one before it in the document, unless it is parallel"
                       : ""));
}

}  // namespace

void CheckDuration(const google::protobuf::Duration& duration, int64_t least_us, int64_t most_us,
                   const FieldPath& parent, absl::string_view field, Report* report) {
  const bool formed = duration.seconds() >= 0 && duration.seconds() <= most_us / kMicrosPerSecond &&
                      duration.nanos() >= 0 && duration.nanos() < 1'000'000'000;
  if (formed && ToMicros(duration) >= least_us && ToMicros(duration) <= most_us) return;
  report->Add(parent, field,
              absl::StrCat("is not ", least_us > 0 ? "more than 0" : "0 or more", " and at most ",
                           most_us / kMicrosPerSecond, " s"));
}

void CheckSteps(const ServiceSpec& spec, const FieldPath& path, TextCheck* texts, Report* report) {
  const Ids ids = DeclareIds(spec, path, report);
  for (int i = 0; i < spec.steps_size() && !report->full(); ++i) {
    const FieldPath at(path, "steps", i);
    CheckEnvelope(spec.steps(i), at, texts, report);
    CheckPlace(spec.steps(i), at, report);
    CheckReferences(spec.steps(i), ids, at, report);
  }
  for (int i = 0; i < spec.handlers_size() && !report->full(); ++i) {
    const FieldPath at(path, "handlers", i);
    CheckEnvelope(spec.handlers(i), at, texts, report);
    CheckHandler(spec.handlers(i), at, report);
  }
  CheckCycle(spec, path, report);
}

}  // namespace pe
