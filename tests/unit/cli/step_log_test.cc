#include "client/cli/progress/step_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace pe::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

void Add(StepLog* log, const std::string& data, provision::v1::Output::Stream stream = provision::v1::Output::STDOUT) {
  provision::v1::Output output;
  output.set_stream(stream);
  output.set_data(data);
  log->Add(output);
}

TEST(StepLog, PutsPiecesTogether) {
  StepLog log;
  Add(&log, "one\ntw");
  Add(&log, "err\n", provision::v1::Output::STDERR);
  Add(&log, "o\nthree");
  EXPECT_THAT(log.From(0), ElementsAre("one", "err", "two"));
  EXPECT_THAT(log.Tail(2), ElementsAre("two", "three"));
  log.Finish();
  EXPECT_THAT(log.From(2), ElementsAre("two", "three"));
  EXPECT_THAT(log.From(9), IsEmpty());
}

TEST(StepLog, ACarriageReturnBeginsTheLineAnew) {
  StepLog log;
  Add(&log, "10%\r20%\r");
  EXPECT_THAT(log.Tail(1), ElementsAre("20%"));
  Add(&log, "30%\nwindows\r\n");
  EXPECT_THAT(log.From(0), ElementsAre("30%", "windows"));
}

TEST(StepLog, EscapesWhatHostsSend) {
  StepLog log;
  Add(&log, "\x1b]0;title\x07 \x1b[2Jcleared\ta\n");
  EXPECT_THAT(log.From(0), ElementsAre("\\x1b]0;title\\x07 \\x1b[2Jcleared a"));
}

TEST(StepLog, SplitCodePointsSurvive) {
  StepLog log;
  Add(&log, "\xc3");
  Add(&log, "\xbc\n");
  EXPECT_THAT(log.From(0), ElementsAre("ü"));
}

TEST(StepLog, IsBounded) {
  StepLog log;
  for (int i = 0; i < 1000; ++i) Add(&log, std::to_string(i) + "\n");
  EXPECT_EQ(log.count(), 1000);
  EXPECT_THAT(log.From(0), SizeIs(400));
  EXPECT_THAT(log.From(998), ElementsAre("998", "999"));
  Add(&log, absl::StrCat(std::string(1 << 20, 'x'), "\n"));
  EXPECT_THAT(log.Tail(1), ElementsAre(SizeIs(2048)));
}

TEST(StepLog, SaysWhatWasLeftOut) {
  StepLog log;
  provision::v1::Output output;
  output.set_dropped(64);
  output.set_data("after\n");
  log.Add(output);
  EXPECT_THAT(log.From(0), ElementsAre("(64 bytes of output were left out)", "after"));
}

}  // namespace
}  // namespace pe::cli
