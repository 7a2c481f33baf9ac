#include "server/engine/rollout.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <random>

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::Rollout;
using provision::v1::Share;
using testing::ElementsAre;
using testing::IsEmpty;

Rollout Parse(const std::string& text) {
  Rollout out;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &out)) << text;
  return out;
}

TEST(RolloutTest, Sizes) {
  EXPECT_THAT(WaveSizes(Parse(""), 7), ElementsAre(7));
  EXPECT_THAT(WaveSizes(Parse(""), 0), IsEmpty());
  EXPECT_THAT(WaveSizes(Parse("canary {count: 1}"), 7), ElementsAre(1, 6));
  EXPECT_THAT(WaveSizes(Parse("canary {count: 9}"), 7), ElementsAre(7));
  EXPECT_THAT(WaveSizes(Parse("canary {count: 1} waves {percent: 25} waves {percent: 50}"), 10),
              ElementsAre(1, 3, 5, 1));
  EXPECT_THAT(WaveSizes(Parse("waves {count: 2} waves {count: 3}"), 10), ElementsAre(2, 3, 3, 2));
  EXPECT_THAT(WaveSizes(Parse("waves {percent: 1}"), 10000).size(), 100u);
  EXPECT_THAT(WaveSizes(Parse("waves {percent: 1}"), 3), ElementsAre(1, 1, 1)) << "a part of a target is one";
}

TEST(RolloutTest, Budget) {
  EXPECT_EQ(FailureBudget(Parse(""), 10), 0);
  EXPECT_EQ(FailureBudget(Parse("failure_budget {count: 3}"), 10), 3);
  EXPECT_EQ(FailureBudget(Parse("failure_budget {percent: 5}"), 10), 0) << "rounded down";
  EXPECT_EQ(FailureBudget(Parse("failure_budget {percent: 5}"), 40), 2);
  EXPECT_EQ(FailureBudget(Parse("failure_budget {percent: 100}"), 10000), 10000);
}

TEST(RolloutTest, TooManyWaves) {
  Job job;
  for (int i = 0; i < 1001; ++i) job.add_targets();
  EXPECT_FALSE(DivideIntoWaves(Parse("waves {count: 1}"), &job).ok());
  EXPECT_TRUE(DivideIntoWaves(Parse("waves {count: 2}"), &job).ok());
  EXPECT_EQ(job.waves_size(), 501);
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  // From `least` to `below` - 1.
  int operator()(int least, int below) {
    return least + static_cast<int>(engine_() % static_cast<uint64_t>(below - least));
  }

 private:
  std::mt19937_64 engine_;
};

Share RandomShare(Dice& dice) {
  Share out;
  if (dice(0, 2) == 0) out.set_count(dice(1, 60));
  else out.set_percent(dice(1, 101));
  return out;
}

Rollout RandomRollout(Dice& dice) {
  Rollout out;
  if (dice(0, 2) == 0) *out.mutable_canary() = RandomShare(dice);
  for (int n = dice(0, 5); n > 0; --n) *out.add_waves() = RandomShare(dice);
  return out;
}

// What a share says of so many targets, by the words of the contract.
int Wanted(const Share& share, int targets) {
  if (share.has_count()) return share.count();
  int size = 0;
  while (size * 100 < share.percent() * targets) ++size;
  return size;
}

RC_GTEST_PROP(RolloutProperty, EveryTargetIsInExactlyOneWaveAndInOrder, (uint64_t seed)) {
  Dice dice(seed);
  const Rollout rollout = RandomRollout(dice);
  const int targets = dice(0, 400);
  const std::vector<int> sizes = WaveSizes(rollout, targets);
  RC_ASSERT(std::accumulate(sizes.begin(), sizes.end(), 0) == targets);
  std::vector<int> wanted;
  if (rollout.has_canary()) wanted.push_back(Wanted(rollout.canary(), targets));
  for (const Share& share : rollout.waves()) wanted.push_back(Wanted(share, targets));
  for (size_t i = 0; i < sizes.size(); ++i) {
    RC_ASSERT(sizes[i] >= 1);
    if (i + 1 == sizes.size()) break;  // the last takes what is left
    if (i > 0) RC_ASSERT(rollout.waves_size() > 0);
    RC_ASSERT(sizes[i] == wanted[std::min(i, wanted.size() - 1)]);
  }
  Job job;
  for (int i = 0; i < targets; ++i) job.add_targets();
  RC_ASSERT(DivideIntoWaves(rollout, &job).ok());
  RC_ASSERT(job.waves_size() == static_cast<int>(sizes.size()));
  std::vector<int> counted(sizes.size());
  for (int i = 0; i < targets; ++i) {
    const int wave = job.targets(i).wave();
    RC_ASSERT((wave >= 0 && wave < job.waves_size()));
    if (i > 0) RC_ASSERT(wave >= job.targets(i - 1).wave());  // its || would evaluate both sides
    ++counted[wave];
  }
  RC_ASSERT(counted == sizes);
}

RC_GTEST_PROP(RolloutProperty, ABudgetIsNeverMoreThanItsShare, (uint64_t seed)) {
  Dice dice(seed);
  const int targets = dice(0, 10'001), percent = dice(0, 101);
  Rollout rollout;
  rollout.mutable_failure_budget()->set_percent(percent);
  const int budget = FailureBudget(rollout, targets);
  RC_ASSERT(budget * 100 <= percent * targets);
  RC_ASSERT((budget + 1) * 100 > percent * targets);
}

}  // namespace
}  // namespace pe
