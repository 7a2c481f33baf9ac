#include "server/agent/run_log.h"

#include <gtest/gtest.h>

#include "server/agent/attempt_reporter.h"
#include "server/agent/step_state.h"

namespace pe::agent {
namespace {

using provision::agent::v1::Report;

Report Output(const std::string& data) {
  Report report;
  report.mutable_output()->set_data(data);
  return report;
}

TEST(RunLogTest, NumbersWithoutHolesAndLetsGoOfWhatIsAcknowledged) {
  ManualClock clock;
  RunLog log("r", clock, 0, 40, nullptr);
  EXPECT_EQ(log.Append(Report()), 41);
  EXPECT_EQ(log.Append(Report()), 42);
  EXPECT_EQ(log.Get(42)->seq(), 42);
  EXPECT_FALSE(log.Get(43));
  log.Ack(41);
  EXPECT_FALSE(log.Get(41));
  log.Ack(1000);
  EXPECT_EQ(log.acked_seq(), 42);
  EXPECT_EQ(log.Append(Report()), 43);
}

TEST(RunLogTest, OldOutputGoesAndOtherReportsStay) {
  ManualClock clock;
  RunLog log("r", clock, 10, 0, nullptr);
  log.Append(Output("aaaaaa"));
  Report state;
  state.mutable_step_state()->set_state(kStepRunning);
  log.Append(state);
  log.Append(Output("bbbbbb"));
  EXPECT_EQ(log.Get(1)->output().data(), "");
  EXPECT_EQ(log.Get(1)->output().dropped(), 6);
  EXPECT_EQ(log.Get(2)->step_state().state(), kStepRunning);
  EXPECT_EQ(log.Get(3)->output().data(), "bbbbbb");
  log.Append(Output("cccccc"));
  EXPECT_EQ(log.Get(3)->output().dropped(), 6);
  EXPECT_EQ(log.Get(4)->output().data(), "cccccc");
}

class ReporterTest : public testing::Test {
 protected:
  std::string Data(int stream) {
    std::string out;
    for (int64_t seq = 1; seq <= log_.last_seq(); ++seq) {
      if (log_.Get(seq)->output().stream() == stream) out += log_.Get(seq)->output().data();
    }
    return out;
  }
  ManualClock clock_;
  RunLog log_{"r", clock_, 0, 0, nullptr};
  std::shared_ptr<Redactor> redactor_ = std::make_shared<Redactor>();
  int wakes_ = 0;
};

TEST_F(ReporterTest, OutputIsGatheredForATenthOfASecondOrSixteenKilobytes) {
  AttemptReporter reporter(log_, clock_, redactor_, 3, 1, [&] { ++wakes_; });
  reporter.Output(1, "a");
  reporter.Output(1, "b");
  EXPECT_EQ(log_.last_seq(), 0);
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(reporter.FlushOutput(clock_.Mono()), clock_.Mono() + kOutputPauseUs);
  clock_.Advance(kOutputPauseUs);
  EXPECT_EQ(reporter.FlushOutput(clock_.Mono()), 0);
  EXPECT_EQ(Data(1), "ab");
  reporter.Output(1, std::string(40'000, 'x'));
  EXPECT_EQ(log_.last_seq(), 3) << "two whole pieces at once, the rest waits";
  EXPECT_EQ(log_.Get(3)->output().offset(), 2 + 16 * 1024);
  reporter.Finish();
  EXPECT_EQ(Data(1).size(), 40'002u);
  reporter.Output(1, "late");
  EXPECT_EQ(Data(1).size(), 40'002u);
}

TEST_F(ReporterTest, SecretsAreFoundAcrossPiecesAndInEveryText) {
  redactor_->Add("hunter2");
  AttemptReporter reporter(log_, clock_, redactor_, 0, 1, nullptr);
  reporter.Output(2, "x hun");
  reporter.Output(2, "ter2 y\n");
  reporter.Diff("-old\n+pass=hunter2\n");
  reporter.Waiting("lock of hunter2");
  reporter.Warn("W", "hunter2");
  reporter.Progress(1, 2, "hunter2", "hunter2");
  provision::agent::v1::StepReport report;
  report.set_message("hunter2");
  (*report.mutable_values())["k"] = "hunter2";
  reporter.Clean(report);
  reporter.Finish();
  EXPECT_EQ(Data(2), "x *** y\n");
  EXPECT_EQ(reporter.OutputTail(), "x *** y\n");
  EXPECT_EQ(report.values().at("k"), "***");
  EXPECT_EQ(report.SerializeAsString().find("hunter2"), std::string::npos);
  for (int64_t seq = 1; seq <= log_.last_seq(); ++seq)
    EXPECT_EQ(log_.Get(seq)->SerializeAsString().find("hunter2"), std::string::npos);
}

TEST_F(ReporterTest, TextsAreBoundedAndPrintable) {
  AttemptReporter reporter(log_, clock_, redactor_, 0, 1, nullptr);
  std::string diff;
  while (diff.size() < 100'000) diff += "+line\n";
  reporter.Diff(diff);
  EXPECT_TRUE(log_.Get(1)->diff().truncated());
  EXPECT_LE(log_.Get(1)->diff().text().size(), kLongestDiff + 1);
  EXPECT_EQ(log_.Get(1)->diff().text().back(), '\n');
  reporter.Warn("W", "\x1b[31m\xff");
  EXPECT_EQ(log_.Get(2)->warning().message(), "\\x1b[31m\xEF\xBF\xBD");
}

}  // namespace
}  // namespace pe::agent
