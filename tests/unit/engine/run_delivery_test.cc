#include "server/engine/run_delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"

namespace pe {
namespace {

using provision::agent::v1::Frame;
using provision::agent::v1::Plan;
using ::testing::ElementsAre;
using ::testing::Pair;

class Bytes final : public Blob {
 public:
  explicit Bytes(std::string bytes, bool broken = false) : bytes_(std::move(bytes)), broken_(broken) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  absl::StatusOr<std::string> Read(int64_t offset, size_t most) const override {
    if (broken_) return absl::DataLossError("the disk is broken");
    return bytes_.substr(static_cast<size_t>(offset), most);
  }

 private:
  const std::string bytes_;
  const bool broken_;
};

Plan PlanWith(const std::string& digest) {
  Plan plan;
  plan.set_run("j/0/0");
  auto* step = plan.add_steps();
  step->mutable_body()->mutable_download()->set_url("https://example.com/a");
  step->add_blobs(digest);
  return plan;
}

// All frames that come without an answer from the host.
std::vector<Frame> Burst(RunDelivery& delivery) {
  std::vector<Frame> out;
  while (true) {
    auto frame = delivery.Next();
    EXPECT_TRUE(frame.ok()) << frame.status();
    if (!frame.ok() || !frame->has_value()) return out;
    out.push_back(**std::move(frame));
  }
}

TEST(RunDelivery, APlanWithoutDownloadsGoesAtOnce) {
  Plan plan;
  plan.set_run("j/0/0");
  RunDelivery delivery(plan, 7);
  const std::vector<Frame> frames = Burst(delivery);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].blob_part().data(), plan.SerializeAsString());
  EXPECT_EQ(frames[1].run_plan().plan_digest(), Sha256Hex(plan.SerializeAsString()));
  EXPECT_EQ(frames[1].run_plan().epoch(), 7);
  EXPECT_TRUE(delivery.done());
}

TEST(RunDelivery, NothingGoesBeforeEveryBlobIsThere) {
  const std::string digest = Sha256Hex("content");
  RunDelivery delivery(PlanWith(digest), 1);
  EXPECT_THAT(delivery.missing(), ElementsAre(Pair(digest, "https://example.com/a")));
  EXPECT_TRUE(Burst(delivery).empty());
  delivery.Add(digest, std::make_shared<Bytes>("content"));
  const std::vector<Frame> frames = Burst(delivery);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].blob_part().data(), "content");
  EXPECT_EQ(frames[0].blob_part().digest(), digest);
  EXPECT_TRUE(frames[2].has_run_plan());
}

TEST(RunDelivery, AnObservationNeedsNoContent) {
  Plan plan = PlanWith(Sha256Hex("content"));
  plan.set_observe_only(true);
  RunDelivery delivery(plan, 1);
  EXPECT_EQ(Burst(delivery).size(), 2u);
}

TEST(RunDelivery, ALargeBlobGoesAtTheHostsPace) {
  const std::string content(50'000'001, 'c');
  const std::string digest = Sha256Hex(content);
  RunDelivery delivery(PlanWith(digest), 1);
  delivery.Add(digest, std::make_shared<Bytes>(content));
  int64_t received = 0;
  std::vector<int64_t> unanswered;
  while (!delivery.done()) {
    size_t in_burst = 0;
    for (const Frame& frame : Burst(delivery)) {
      if (frame.has_ping()) unanswered.push_back(frame.ping().nonce());
      if (!frame.has_blob_part() || frame.blob_part().digest() != digest) continue;
      EXPECT_EQ(frame.blob_part().offset(), received);
      received += static_cast<int64_t>(frame.blob_part().data().size());
      in_burst += frame.blob_part().data().size();
    }
    EXPECT_LE(in_burst, RunDelivery::kWindowBytes);
    if (delivery.done()) break;
    ASSERT_FALSE(unanswered.empty()) << "it waits for nothing";
    EXPECT_FALSE(delivery.OnPong(4711)) << "somebody else's";
    EXPECT_TRUE(Burst(delivery).empty());
    EXPECT_TRUE(delivery.OnPong(unanswered.front()));
    unanswered.erase(unanswered.begin());
  }
  EXPECT_EQ(received, static_cast<int64_t>(content.size()));
}

TEST(RunDelivery, AFileThatCannotBeReadEndsIt) {
  const std::string digest = Sha256Hex("content");
  RunDelivery delivery(PlanWith(digest), 1);
  delivery.Add(digest, std::make_shared<Bytes>("content", /*broken=*/true));
  EXPECT_TRUE(absl::IsDataLoss(delivery.Next().status()));
}

}  // namespace
}  // namespace pe
