#include "server/agent/undo_prune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "server/agent/disk_run_store.h"
#include "server/agent/system/real_file_system.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(UndoToDropTest, TheOldestGoFirst) {
  const std::vector<KeptUndo> folders = {{"old", 10, 5}, {"new", 30, 5}, {"middle", 20, 5}};
  EXPECT_THAT(UndoToDrop(folders, 40, {.age_us = 100, .bytes = 100, .runs = 3}), IsEmpty());
  EXPECT_THAT(UndoToDrop(folders, 40, {.age_us = 100, .bytes = 100, .runs = 2}), ElementsAre("old"));
  EXPECT_THAT(UndoToDrop(folders, 40, {.age_us = 100, .bytes = 9, .runs = 3}), ElementsAre("middle", "old"));
  EXPECT_THAT(UndoToDrop(folders, 40, {.age_us = 15, .bytes = 100, .runs = 3}), ElementsAre("middle", "old"));
  EXPECT_THAT(UndoToDrop(folders, 40, {.age_us = 0, .bytes = 100, .runs = 3}), SizeIs(3));
}

class PruneUndoTest : public testing::Test {
 protected:
  void Keep(const std::string& run, size_t bytes) {
    auto undo = store_.Undo(run, 3, {});
    ASSERT_TRUE(undo->KeepContent(std::string(bytes, 'x')).ok());
    ASSERT_TRUE(undo->Record("record").ok());
  }
  bool Dropped(const std::string& run) { return store_.UndoOf(run, 3)->Load()->dropped; }
  absl::Status Prune(const std::string& ended, const std::vector<std::string>& spared, const UndoLimits& limits) {
    return store_.PruneUndo(ended, spared, SystemClock().Wall(), limits);
  }

  const TemporaryFolder folder_;
  RealFileSystem files_;
  DiskRunStore store_{files_, folder_.path() + "/state"};
};

TEST_F(PruneUndoTest, NothingWasEverKept) { EXPECT_TRUE(Prune("run", {}, {}).ok()); }

TEST_F(PruneUndoTest, SparedRunsKeepTheirsAndTheRestIsSaidToBeDropped) {
  Keep("open", 1000);
  Keep("ended", 1000);
  ASSERT_TRUE(Prune("ended", {"open"}, {.bytes = 100}).ok());
  EXPECT_FALSE(Dropped("open"));
  EXPECT_TRUE(Dropped("ended"));
}

TEST_F(PruneUndoTest, WhatIsKeptLaterCountsOnceItsRunEnds) {
  Keep("first", 1000);
  ASSERT_TRUE(Prune("first", {}, {.bytes = 60000}).ok());
  EXPECT_FALSE(Dropped("first"));
  Keep("second", 100000);
  ASSERT_TRUE(Prune("second", {"second"}, {.bytes = 60000}).ok());
  EXPECT_FALSE(Dropped("first")) << "the only one that may go, and small enough";
  ASSERT_TRUE(Prune("third", {"third"}, {.bytes = 60000}).ok());
  EXPECT_TRUE(Dropped("second"));
}

}  // namespace
}  // namespace pe::agent
