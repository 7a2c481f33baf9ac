// probe: a condition to wait for. It changes nothing: Observe looks once, Apply looks until the condition is met or the
// token (the step's timeout, a cancel) is set, and then reports what it saw last.
#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "base/text.h"
#include "server/agent/steps/http_client.h"
#include "server/agent/steps/program.h"
#include "server/agent/steps/prometheus.h"
#include "server/agent/steps/systemctl.h"
#include "server/agent/steps/tcp_socket.h"
#include "server/agent/steps/types.h"

namespace pe::agent {
namespace {

using provision::v1::Probe;
using provision::v1::StepBody;

constexpr int64_t kFirstPauseMs = 250;
constexpr int64_t kLongestPauseMs = 5000;
constexpr int64_t kLookTimeoutUs = 5 * kMicrosPerSecond;
constexpr double kEver = -1.0;  // before every scrape
constexpr int64_t kMostProbedBytes = 16 * 1024 * 1024;

struct Look {
  bool met = false;
  std::string said;  // one sentence
};

// A look that could not be made (nobody listens, a file cannot be read) is an answer too; only a set token or a spec
// that can never be met is an error.
absl::StatusOr<Look> NotMet(const absl::Status& status) {
  if (absl::IsCancelled(status) || absl::IsDeadlineExceeded(status) || absl::IsInvalidArgument(status)) return status;
  return Look{.said = std::string(status.message())};
}

absl::StatusOr<Look> LookAtTcp(const Probe::Tcp& tcp, StepContext& context) {
  const std::string host = tcp.host().empty() ? "127.0.0.1" : tcp.host();
  const absl::StatusOr<TcpSocket> socket =
      TcpSocket::Connect(host, tcp.port(), context.clock.Mono() + kLookTimeoutUs, context);
  if (!socket.ok()) return NotMet(socket.status());
  return Look{.met = true, .said = absl::StrCat(host, " port ", tcp.port(), " accepts connections")};
}

absl::StatusOr<Look> LookAtHttp(const Probe::Http& http, StepContext& context) {
  PE_ASSIGN_OR_RETURN(const HttpUrl url, ParseHttpUrl(http.url()));
  const absl::StatusOr<HttpAnswer> answer =
      HttpGet(url, {http.headers().begin(), http.headers().end()}, kLookTimeoutUs, context);
  if (!answer.ok()) return NotMet(Annotate(answer.status(), http.url()));
  const int wanted = http.status() == 0 ? 200 : http.status();
  if (answer->status != wanted)
    return Look{.said = absl::StrCat(http.url(), " answers ", answer->status, " instead of ", wanted)};
  if (!absl::StrContains(answer->body, http.contains())) {
    return Look{.said = absl::StrCat(http.url(), " answers ", answer->status, ", but its body does not contain '",
                                     http.contains(), "'; it begins '",
                                     Shorten(Printable(answer->body.substr(0, 400)), 200), "'")};
  }
  return Look{.met = true, .said = absl::StrCat(http.url(), " answers ", answer->status)};
}

absl::StatusOr<Look> LookAtUnit(const Probe::UnitActive& unit, StepContext& context) {
  const absl::StatusOr<UnitStatus> now = ShowUnit(unit.name(), context);
  if (!now.ok()) return NotMet(now.status());
  if (!now->Active())
    return Look{
        .said = absl::StrCat(unit.name(), " is ", now->load_state == "not-found" ? "not known" : now->active_state)};
  const int64_t active_ms = (context.clock.Mono() - now->active_since_us) / kMicrosPerMilli;
  if (active_ms < unit.stable_window_ms()) {
    return Look{
        .said = absl::StrCat(unit.name(), " is active since ", active_ms, " ms, wanted are ", unit.stable_window_ms())};
  }
  return Look{.met = true, .said = absl::StrCat(unit.name(), " is active")};
}

absl::StatusOr<Look> LookAtFile(const Probe::FileExists& file, StepContext& context) {
  const absl::StatusOr<std::optional<FileInfo>> info = context.files.Stat(file.path());
  if (!info.ok()) return NotMet(info.status());
  if (!*info) return Look{.said = absl::StrCat(file.path(), " does not exist")};
  if (file.contains().empty()) return Look{.met = true, .said = absl::StrCat(file.path(), " exists")};
  const absl::StatusOr<std::string> content = context.files.Read(file.path(), kMostProbedBytes);
  if (!content.ok()) return NotMet(content.status());
  const bool met = absl::StrContains(*content, file.contains());
  return Look{.met = met,
              .said = absl::StrCat(file.path(), met ? " contains '" : " does not contain '", file.contains(), "'")};
}

// Only scrapes after `since_s` count. Where it is not set, it becomes Prometheus' time of this look: what was scraped
// before may be of a target that is not there any more.
absl::StatusOr<Look> LookAtPrometheus(const Probe::PrometheusUp& up, std::optional<double>* since_s,
                                      StepContext& context) {
  const std::string base(absl::StripSuffix(up.url(), "/"));
  PE_ASSIGN_OR_RETURN(const HttpUrl url, ParseHttpUrl(absl::StrCat(base, UpQuery(up.instance()))));
  const absl::StatusOr<HttpAnswer> answer = HttpGet(url, {}, kLookTimeoutUs, context);
  if (!answer.ok()) return NotMet(Annotate(answer.status(), base));
  if (answer->status != 200) return Look{.said = absl::StrCat(base, " answers ", answer->status)};
  const absl::StatusOr<UpAnswer> seen = ParseUp(answer->body);
  if (!seen.ok()) return NotMet(Annotate(seen.status(), base));
  if (!*since_s) *since_s = seen->now_s;
  if (seen->scrapes.empty())
    return Look{.said = absl::StrCat(base, " knows no target with instance '", up.instance(), "' yet")};
  const std::optional<std::string> value = UpSince(*seen, **since_s);
  if (!value) {
    return Look{.said = absl::StrCat("Prometheus has not scraped ", up.instance(),
                                     " anew yet; its last scrape says up == ", UpSince(*seen, kEver).value_or("?"))};
  }
  return Look{.met = *value == "1", .said = absl::StrCat("Prometheus says up == ", *value, " for ", up.instance())};
}

absl::StatusOr<Look> LookOnce(const Probe& probe, std::optional<double>* since_s, StepContext& context) {
  switch (probe.condition_case()) {
    case Probe::kTcp:
      return LookAtTcp(probe.tcp(), context);
    case Probe::kHttp:
      return LookAtHttp(probe.http(), context);
    case Probe::kUnit:
      return LookAtUnit(probe.unit(), context);
    case Probe::kFile:
      return LookAtFile(probe.file(), context);
    case Probe::kPrometheusUp:
      return LookAtPrometheus(probe.prometheus_up(), since_s, context);
    case Probe::CONDITION_NOT_SET:
      break;
  }
  return StepError(absl::StatusCode::kInvalidArgument, "NO_CONDITION", "the probe has no condition", "set one");
}

// The token's error with what was seen last, which is what a person needs.
absl::Status GivenUp(const absl::Status& token, const std::string& last) {
  if (last.empty()) return token;
  if (absl::IsDeadlineExceeded(token)) {
    return StepError(absl::StatusCode::kDeadlineExceeded, "PROBE_TIMED_OUT",
                     absl::StrCat("the condition was not met in time; last seen: ", last),
                     "look at the service's own log, or give the step a longer timeout");
  }
  return Annotate(token, last);
}

class ProbeStep final : public StepType {
 public:
  absl::StatusOr<Observation> Observe(const StepBody& body, StepContext& context) const override {
    // What Prometheus scraped before is good enough for a plan; to be right, a scrape has to be awaited, by Apply.
    std::optional<double> since_s = context.observe_only ? std::optional(kEver) : std::nullopt;
    PE_ASSIGN_OR_RETURN(Look look, LookOnce(body.probe(), &since_s, context));
    return Observation{.right = look.met, .summary = std::move(look.said)};
  }

  absl::StatusOr<Applied> Apply(const StepBody& body, const Observation& observed,
                                StepContext& context) const override {
    const Probe& probe = body.probe();
    int64_t pause_ms = probe.interval_ms() > 0 ? probe.interval_ms() : kFirstPauseMs;
    std::string last = observed.summary;
    context.reporter.Waiting(last);
    std::optional<double> since_s;
    while (true) {
      absl::StatusOr<Look> look = LookOnce(probe, &since_s, context);
      if (!look.ok()) return GivenUp(look.status(), last);
      if (look->said != last) context.reporter.Waiting(look->met ? "" : look->said);
      else if (look->met) context.reporter.Waiting("");
      last = std::move(look->said);
      if (look->met) return Applied{.changed = false, .message = last};
      const absl::Status paused = Pause(pause_ms * kMicrosPerMilli, context);
      if (!paused.ok()) return GivenUp(paused, last);
      pause_ms = std::max(pause_ms, std::min(pause_ms * 2, kLongestPauseMs));
    }
  }

  absl::Status Undo(const StepBody&, absl::string_view, StepContext&) const override { return absl::OkStatus(); }

  // Apply has seen the scrape that counts; to a look after it, it is an old one.
  bool ObservableAfter(const StepBody& body) const override { return !body.probe().has_prometheus_up(); }
};

}  // namespace

const StepType& ProbeType() {
  static const ProbeStep type;
  return type;
}

}  // namespace pe::agent
