#include "server/agent/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "server/agent/disk_run_store.h"
#include "server/agent/disk_undo_store.h"
#include "server/agent/step_state.h"
#include "server/agent/system/real_file_system.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = JournalRecord::Kind;

std::vector<JournalRecord> SomeRecords() {
  return {{.kind = Kind::kRun, .epoch = 3, .payload = "job/0/0"},
          {.kind = Kind::kPlan, .epoch = 3, .payload = std::string(300, '\0')},
          {.kind = Kind::kIntent, .position = 2, .attempt = 1, .epoch = 3},
          {.kind = Kind::kResult, .position = 2, .attempt = 1, .epoch = 3, .seq = 1LL << 40, .payload = "r"}};
}

TEST(JournalFormatTest, CutAnywhereItReadsAsItsWholeRecords) {
  const std::vector<JournalRecord> records = SomeRecords();
  std::string bytes;
  std::vector<size_t> ends = {0};
  for (const JournalRecord& record : records) ends.push_back((bytes += EncodeRecord(record)).size());
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    const JournalContent content = DecodeJournal(absl::string_view(bytes).substr(0, cut));
    size_t whole = 0;
    while (whole + 1 < ends.size() && ends[whole + 1] <= cut) ++whole;
    ASSERT_EQ(content.records, std::vector<JournalRecord>(records.begin(), records.begin() + whole))
        << "cut at " << cut;
    ASSERT_EQ(content.valid_bytes, ends[whole]);
  }
}

TEST(JournalFormatTest, AFlippedBitAnywhereEndsItThere) {
  const std::vector<JournalRecord> records = SomeRecords();
  std::string bytes;
  for (const JournalRecord& record : records) bytes += EncodeRecord(record);
  const size_t first = EncodeRecord(records[0]).size();
  for (size_t bit = first * 8; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const JournalContent content = DecodeJournal(damaged);
    ASSERT_LT(content.records.size(), records.size());
    for (size_t i = 0; i < content.records.size(); ++i) ASSERT_EQ(content.records[i], records[i]);
  }
}

TEST(JournalFormatTest, Crc32IsTheUsualOne) { EXPECT_EQ(Crc32("123456789"), 0xcbf43926u); }

class DiskRunStoreTest : public testing::Test {
 protected:
  provision::agent::v1::StepReport Changed() {
    provision::agent::v1::StepReport report;
    report.set_state(kStepChanged);
    return report;
  }
  std::vector<JournalRecord> Stored() {
    const std::vector<StoredRun> runs = *store_.LoadRuns();
    return runs.empty() ? std::vector<JournalRecord>() : DecodeJournal(runs[0].journal).records;
  }
  std::string Path() { return state_ + "/runs/" + files_.List(state_ + "/runs")->at(0); }

  TemporaryFolder folder_;
  RealFileSystem files_;
  std::string state_ = folder_.path() + "/var/state";
  DiskRunStore store_{files_, state_};
};

TEST_F(DiskRunStoreTest, NothingIsWrittenBeforeTheFirstRecordAndNothingStaysAfterForget) {
  Journal journal(store_, "job/0/0", "PLAN", 7, 40);
  EXPECT_THAT(*store_.LoadRuns(), IsEmpty());
  ASSERT_TRUE(journal.Intent(1, 1, "boot", true).ok());
  ASSERT_TRUE(journal.Result(1, 1, 42, Changed(), false).ok());
  EXPECT_THAT(
      Stored(),
      ElementsAre(JournalRecord{.kind = Kind::kRun, .epoch = 7, .seq = 40, .payload = "job/0/0"},
                  JournalRecord{.kind = Kind::kPlan, .epoch = 7, .payload = "PLAN"},
                  JournalRecord{.kind = Kind::kIntent, .position = 1, .attempt = 1, .epoch = 7, .payload = "boot"},
                  JournalRecord{.kind = Kind::kResult,
                                .position = 1,
                                .attempt = 1,
                                .epoch = 7,
                                .seq = 42,
                                .payload = Changed().SerializeAsString()}));
  EXPECT_EQ((*files_.Stat(Path()))->mode, 0600u);
  EXPECT_EQ((*files_.Stat(state_))->mode, 0700u);
  ASSERT_TRUE(store_.Forget("job/0/0").ok());
  EXPECT_THAT(*store_.LoadRuns(), IsEmpty());
  EXPECT_TRUE(store_.Forget("job/0/0").ok());
}

TEST_F(DiskRunStoreTest, ATornTailIsCutBeforeMoreIsAppended) {
  Journal(store_, "job/0/0", "PLAN", 7, 0).Intent(1, 1, "boot", true).IgnoreError();
  std::ofstream(Path(), std::ios::app | std::ios::binary) << EncodeRecord({.kind = Kind::kDone}).substr(0, 11);
  std::vector<StoredRun> runs = *store_.LoadRuns();
  ASSERT_EQ(runs.size(), 1u);
  ASSERT_TRUE(Journal(store_, std::move(runs[0]), 8).Intent(2, 1, "boot", true).ok());
  const std::vector<JournalRecord> records = Stored();
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[3],
            (JournalRecord{.kind = Kind::kIntent, .position = 2, .attempt = 1, .epoch = 8, .payload = "boot"}));
}

TEST_F(DiskRunStoreTest, TheOwnerIsKept) {
  EXPECT_EQ(store_.LoadOwner()->engine_id, "");
  ASSERT_TRUE(store_.SaveOwner({"engine1", 12}).ok());
  EXPECT_EQ(store_.LoadOwner()->engine_id, "engine1");
  EXPECT_EQ(store_.LoadOwner()->epoch, 12);
  std::ofstream(state_ + "/owner") << "nonsense";
  EXPECT_EQ(store_.LoadOwner().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(DiskRunStoreTest, UndoKeepsContentOnceAndRecordsNewestFirst) {
  provision::v1::StepBody body;
  body.mutable_file()->set_path("/etc/motd");
  DiskUndoStore undo(files_, state_ + "/undo/k", 3, body);
  EXPECT_THAT(undo.Load()->records, IsEmpty());
  const std::string digest = *undo.KeepContent("old text");
  EXPECT_EQ(*undo.KeepContent("old text"), digest);
  ASSERT_TRUE(undo.Record("one").ok());
  ASSERT_TRUE(undo.Record("two").ok());
  EXPECT_THAT(undo.Load()->records, ElementsAre("two", "one"));
  EXPECT_EQ(undo.Load()->body.file().path(), "/etc/motd");
  EXPECT_EQ(*undo.GetContent(digest), "old text");
  std::ofstream(state_ + "/undo/k/content/" + digest) << "other text";
  EXPECT_EQ(undo.GetContent(digest).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(undo.GetContent("../3").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(DiskRunStoreTest, WhatIsUndoneIsNotUndoneAgain) {
  const std::unique_ptr<UndoStore> kept = store_.Undo("j/0/0", 4, {});
  ASSERT_TRUE(kept->Record("one").ok());
  ASSERT_TRUE(kept->Record("two").ok());
  const std::unique_ptr<UndoSource> undo = store_.UndoOf("j/0/0", 4);
  ASSERT_TRUE(undo->MarkUndone().ok());
  EXPECT_THAT(undo->Load()->records, ElementsAre("one"));
  ASSERT_TRUE(undo->MarkUndone().ok());
  EXPECT_THAT(undo->Load()->records, IsEmpty());
  EXPECT_THAT(store_.UndoOf("j/0/0", 5)->Load()->records, IsEmpty());
}

}  // namespace
}  // namespace pe::agent
