#include "server/engine/scheduler.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace pe {
namespace {

TEST(Scheduler, FirstComeIsGrantedTheNextIsToldBehindWhom) {
  Scheduler s;
  s.Add(JobId("a"), 1, {"h1", "h2"});
  s.Add(JobId("b"), 2, {"h2", "h3"});
  EXPECT_FALSE(s.Look(JobId("a"), "h2").behind);
  EXPECT_EQ(s.Look(JobId("b"), "h2").behind, JobId("a"));
  EXPECT_FALSE(s.Look(JobId("b"), "h3").behind);
}

TEST(Scheduler, RemoveTellsOnlyTheDirectFollower) {
  Scheduler s;
  for (int i = 1; i <= 4; ++i) s.Add(JobId(std::string(1, 'a' + i)), i, {"h"});
  const auto notices = s.Remove(JobId("c"));  // the second of four
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].job, JobId("d"));
  EXPECT_EQ(notices[0].behind, JobId("b"));
  EXPECT_TRUE(s.InUse("h"));
  for (const char* id : {"b", "d", "e"}) s.Remove(JobId(id));
  EXPECT_FALSE(s.InUse("h"));
}

// Whatever jobs come and go: some job always holds all its tickets, so waits never form a cycle.
TEST(Scheduler, SomeJobCanAlwaysGoOn) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    Scheduler s;
    std::map<JobId, std::vector<std::string>> alive;
    for (int64_t admission = 1; admission <= 60; ++admission) {
      std::set<std::string> keys;
      for (int k = 1 + static_cast<int>(random() % 4); k > 0; --k) keys.insert("h" + std::to_string(random() % 6));
      const JobId id("j" + std::to_string(admission));
      alive[id] = {keys.begin(), keys.end()};
      s.Add(id, admission, alive[id]);
      if (random() % 2 == 0) continue;
      std::vector<JobId> free;
      for (const auto& [job, held] : alive) {
        bool all = true;
        for (const std::string& key : held) all = all && !s.Look(job, key).behind;
        if (all) free.push_back(job);
      }
      ASSERT_FALSE(free.empty()) << "seed " << seed;
      const JobId done = free[random() % free.size()];
      for (const auto& notice : s.Remove(done)) {
        ASSERT_TRUE(alive.contains(notice.job));
        ASSERT_NE(notice.behind, done) << "seed " << seed;
      }
      alive.erase(done);
    }
  }
}

}  // namespace
}  // namespace pe
