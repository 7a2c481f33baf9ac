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

TEST(PruneUndoTest, OpenRunsKeepTheirsAndTheRestIsSaidToBeDropped) {
  const TemporaryFolder folder;
  RealFileSystem files;
  DiskRunStore store(files, folder.path() + "/state");
  EXPECT_TRUE(store.PruneUndo({}, 0, {}).ok()) << "nothing was ever kept";
  for (const char* run : {"open", "ended"}) {
    auto undo = store.Undo(run, 3, {});
    ASSERT_TRUE(undo->KeepContent(std::string(1000, 'x')).ok());
    ASSERT_TRUE(undo->Record("record").ok());
  }
  ASSERT_TRUE(store.PruneUndo({"open"}, SystemClock().Wall(), {.bytes = 100}).ok());
  EXPECT_THAT(store.UndoOf("open", 3)->Load()->records, ElementsAre("record"));
  EXPECT_TRUE(store.UndoOf("ended", 3)->Load()->dropped);
  EXPECT_THAT(*ListUndo(folder.path() + "/state/undo"), SizeIs(1));
}

}  // namespace
}  // namespace pe::agent
