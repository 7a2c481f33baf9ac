// Jobs with downloads, over the engine's loop, hosts in memory and a fetcher that answers when the test says so.
#include <deque>

#include "base/digest.h"
#include "tests/unit/engine/engine_core_fixture.h"

namespace pe {
namespace {

using provision::v1::Job;
using provision::v1::ProvisionRequest;
using testing::HasSubstr;
using testing::Not;

class Bytes final : public Blob {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  absl::StatusOr<std::string> Read(int64_t offset, size_t most) const override {
    return bytes_.substr(static_cast<size_t>(offset), most);
  }

 private:
  const std::string bytes_;
};

class FakeFetcher final : public BlobFetcher {
 public:
  void Fetch(const std::string& url, const std::string&, Done done) override {
    urls.push_back(url);
    waiting.push_back(std::move(done));
  }
  void Answer(const absl::StatusOr<std::string>& content) {
    const Done done = std::move(waiting.front());
    waiting.pop_front();
    if (content.ok()) done(std::make_shared<const Bytes>(*content));
    else done(content.status());
  }
  std::vector<std::string> urls;
  std::deque<Done> waiting;
};

class EngineDownloadTest : public EngineCoreFixture {
 protected:
  void Open(BlobFetcher* fetcher) { StartAgain(fetcher); }
  std::string Start(const std::string& content) {
    ProvisionRequest request;
    request.mutable_spec()->set_name("web");
    auto* variable = request.mutable_spec()->add_variables();
    variable->set_name("token");
    variable->set_type(provision::v1::Variable::SECRET);
    (*request.mutable_variables())["token"] = "canary-4711";
    auto* step = request.mutable_spec()->add_steps();
    step->set_id("get");
    step->mutable_download()->set_url("https://example.com/${vars.token}/a");
    step->mutable_download()->set_sha256(Sha256Hex(content));
    step->mutable_download()->set_path("/srv/a");
    request.add_targets()->mutable_inline_()->set_address("ssh://root@h1");
    return EngineCoreFixture::Start(request);
  }
  FakeHost& host() { return transport_.host("h1"); }

  FakeFetcher fetcher_;
};

TEST_F(EngineDownloadTest, ContentReachesTheHostBeforeItsPlan) {
  Open(&fetcher_);
  const std::string content(9'000'000, 'c');  // more than a connection holds
  const std::string id = Start(content);
  EXPECT_THAT(fetcher_.urls, testing::ElementsAre("https://example.com/canary-4711/a"));
  EXPECT_EQ(Get(id).state(), Job::RUNNING);
  EXPECT_EQ(Get(id).targets(0).reason(), "the engine fetches 1 download");
  EXPECT_TRUE(host().runs.empty());
  fetcher_.Answer(content);
  Settle();
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED) << Get(id).reason();
  EXPECT_EQ(host().blobs[Sha256Hex(content)], content);
  EXPECT_GT(host().pings, 0);
}

TEST_F(EngineDownloadTest, AFailedDownloadFailsItsTargetWithoutShowingSecrets) {
  Open(&fetcher_);
  const std::string id = Start("x");
  fetcher_.Answer(absl::NotFoundError("https://example.com/canary-4711/a answered 404; check the URL in the spec"));
  Settle();
  EXPECT_EQ(Get(id).state(), Job::FAILED);
  EXPECT_EQ(Get(id).targets(0).reason_code(), "DOWNLOAD_FAILED");
  EXPECT_THAT(Get(id).targets(0).reason(), HasSubstr("answered 404; check the URL"));
  EXPECT_THAT(Get(id).DebugString(), Not(HasSubstr("canary")));
  EXPECT_TRUE(host().runs.empty());
}

TEST_F(EngineDownloadTest, WithoutAFetcherTheJobFailsAndSaysWhy) {
  Open(nullptr);
  const std::string id = Start("x");
  EXPECT_EQ(Get(id).state(), Job::FAILED);
  EXPECT_THAT(Get(id).reason(), HasSubstr("not set up to download"));
}

TEST_F(EngineDownloadTest, ACancelWhileItFetchesEndsTheJobAndNothingRuns) {
  Open(&fetcher_);
  const std::string id = Start("x");
  provision::v1::CancelRequest cancel;
  cancel.set_name("jobs/" + id);
  core_->Cancel(cancel, "test", [](absl::StatusOr<Job> job) { EXPECT_TRUE(job.ok()); });
  Settle();
  EXPECT_EQ(Get(id).state(), Job::CANCELLED) << Get(id).reason();
  fetcher_.Answer(std::string("x"));
  Settle();
  EXPECT_TRUE(host().runs.empty());
  EXPECT_FALSE(host().cancelled) << "the host has never heard of the run";
}

TEST_F(EngineDownloadTest, ACutConnectionWhileItFetchesBeginsAgain) {
  Open(&fetcher_);
  const std::string id = Start("x");
  transport_.Cut("h1");
  Settle();
  fetcher_.Answer(std::string("x"));  // for a connection that is gone
  clock_.Advance(2 * kMicrosPerSecond);
  Settle();
  ASSERT_EQ(fetcher_.waiting.size(), 1u);
  fetcher_.Answer(std::string("x"));
  Settle();
  EXPECT_EQ(Get(id).state(), Job::SUCCEEDED) << Get(id).reason();
  EXPECT_EQ(host().executions["get"], 1);
}

TEST_F(EngineDownloadTest, AHostThatDoesNotTakeWhatIsSentGetsNoMoreThanAWindow) {
  Open(&fetcher_);
  host().deaf = true;
  const std::string content(20'000'000, 'c');
  Start(content);
  fetcher_.Answer(content);
  Settle();
  EXPECT_EQ(host().blobs[Sha256Hex(content)].size(), RunDelivery::kWindowBytes);
  EXPECT_TRUE(host().runs.empty());
}

}  // namespace
}  // namespace pe
