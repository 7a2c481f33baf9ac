// probe: what it waits for, and what it says when it has waited in vain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "server/agent/steps/prometheus.h"
#include "tests/conformance/steps/local_server.h"
#include "tests/unit/agent_steps/host.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;
using ::testing::HasSubstr;

StepBody UpProbe(const LocalServer& server) {
  StepBody body;
  body.mutable_probe()->set_interval_ms(1);
  body.mutable_probe()->mutable_prometheus_up()->set_url(absl::StrCat("http://127.0.0.1:", server.port(), "/"));
  body.mutable_probe()->mutable_prometheus_up()->set_instance("web-1:9100");
  return body;
}

TEST(ProbeStep, ATimeoutReportsWhatWasSeenLast) {
  Host host;
  host.world.cancel.Set(CancelToken::Why::kTimedOut);
  StepBody body;
  body.mutable_probe()->mutable_file()->set_path("/never");
  const auto applied = host.Apply(body);
  EXPECT_EQ(DetailsOf(applied.status()).error_code, "PROBE_TIMED_OUT");
  EXPECT_THAT(std::string(applied.status().message()), HasSubstr("/never does not exist"));
}

TEST(Prometheus, AsksForValuesTimesAndItsClockAtOnce) {
  EXPECT_EQ(
      UpQuery("a"),
      "/api/v1/query?query="
      "label_replace%28up%7binstance%3d%22a%22%7d%2c%22provision_part%22%2c%22up%22%2c%22%22%2c%22%22%29%20or%20"
      "label_replace%28timestamp%28up%7binstance%3d%22a%22%7d%29%2c%22provision_part%22%2c%22at%22%2c%22%22%2c%22%22"
      "%29%20or%20"
      "label_replace%28vector%28time%28%29%29%2c%22provision_part%22%2c%22now%22%2c%22%22%2c%22%22%29");
  EXPECT_THAT(UpQuery("a\"b"), HasSubstr("%3d%22a%5c%22b%22"));
}

TEST(Prometheus, OnlyScrapesAfterTheMomentCount) {
  const auto answer = ParseUp(PrometheusAnswer(100, 99));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->now_s, 100);
  ASSERT_EQ(answer->scrapes.size(), 1u);
  EXPECT_EQ(UpSince(*answer, 98), "1");
  EXPECT_EQ(UpSince(*answer, 99), std::nullopt);
  EXPECT_EQ(UpSince(*answer, 100), std::nullopt);
}

// Two jobs scrape the same exporter, or its labels were changed and the old series is still told.
TEST(Prometheus, EachTargetIsJudgedByItsOwnScrape) {
  const UpAnswer two = {.now_s = 9, .scrapes = {{.up = "1", .at_s = 3}, {.up = "0", .at_s = 7}}};
  EXPECT_EQ(UpSince(two, 1), "0");
  EXPECT_EQ(UpSince(two, 5), "0");
  const UpAnswer old_one_down = {.now_s = 9, .scrapes = {{.up = "0", .at_s = 3}, {.up = "1", .at_s = 7}}};
  EXPECT_EQ(UpSince(old_one_down, 5), "1");
  EXPECT_EQ(UpSince(UpAnswer(), 0), std::nullopt);
}

TEST(Prometheus, WhatIsNoAnswerIsAnError) {
  for (const char* body : {"", "[1", "{\"status\":\"error\"}", "{\"status\":\"success\",\"data\":{\"result\":[]}}",
                           "{\"status\":\"success\",\"data\":{\"result\":[{\"value\":[1,\"1\"]}]}}"}) {
    EXPECT_EQ(ParseUp(body).status().code(), absl::StatusCode::kUnavailable) << body;
  }
}

TEST(PrometheusProbe, AScrapeAfterItsBeginMeetsIt) {
  std::atomic<int> asked = 0;
  LocalServer server([&](const std::string&) {
    const int nth = ++asked;
    return PrometheusAnswer(100 + nth, nth < 5 ? 99 : 103);
  });
  Host host;
  const auto applied = host.Apply(UpProbe(server));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_FALSE(applied->changed);
  EXPECT_EQ(applied->message, "Prometheus says up == 1 for web-1:9100");
  EXPECT_EQ(asked, 5);
}

TEST(PrometheusProbe, AStaleOneNeverDoes) {
  Host host;
  std::atomic<int> asked = 0;
  LocalServer server([&](const std::string&) {
    if (++asked == 5) host.world.cancel.Set(CancelToken::Why::kTimedOut);
    return PrometheusAnswer(100 + asked, 99);
  });
  const auto seen = host.Observe(UpProbe(server));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_FALSE(seen->right);
  const auto applied = host.Apply(UpProbe(server));
  EXPECT_EQ(DetailsOf(applied.status()).error_code, "PROBE_TIMED_OUT");
  EXPECT_THAT(std::string(applied.status().message()),
              HasSubstr("has not scraped web-1:9100 anew yet; its last scrape says up == 1"));
}

TEST(PrometheusProbe, ATargetThatAppearsLaterIsWaitedFor) {
  std::atomic<int> asked = 0;
  LocalServer server([&](const std::string&) {
    const int nth = ++asked;
    return PrometheusAnswer(100 + nth, nth < 4 ? 0 : 103);
  });
  Host host;
  EXPECT_TRUE(host.Apply(UpProbe(server)).ok());
  EXPECT_THAT(host.world.reports.waits, ::testing::Contains(HasSubstr("knows no target with instance 'web-1:9100'")));
}

TEST(PrometheusProbe, APlanTakesTheLastScrapeForIt) {
  LocalServer server([](const std::string&) { return PrometheusAnswer(100, 99); });
  Host host;
  host.observe_only = true;
  EXPECT_TRUE(host.Observe(UpProbe(server))->right);
}

}  // namespace
}  // namespace pe::agent
