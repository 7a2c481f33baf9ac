#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "server/engine/engine_core.h"
#include "storage/memory/memory_store.h"

namespace pe {
namespace {

using provision::v1::Resource;
using ::testing::HasSubstr;

// A host to which two jobs owe the same handler.
class EngineOwedTest : public testing::Test {
 protected:
  EngineOwedTest() {
    Batch batch;
    batch.epoch = store_.AcquireLease(1, kMicrosPerSecond)->epoch;
    Resource& host = batch.resources.emplace_back().resource;
    host.set_name("resources/h9");
    host.set_address("ssh://root@h9");
    for (const char* job : {"jobs/a", "jobs/b"}) {
      host.add_pending_handlers()->set_handler("reload");
      host.mutable_pending_handlers()->rbegin()->set_job(job);
    }
    store_.Submit(std::move(batch), [](const absl::Status& s, const Applied&) { EXPECT_TRUE(s.ok()) << s; });
    store_.Flush();
    store_.Crash();
    EngineOptions options;
    options.credentials["default"] = Credential{.name = "default"};
    options.secret_key = std::string(32, 'k');
    core_ = std::make_unique<EngineCore>(
        EngineParts{.store = &store_, .clock = &clock_, .random = &random_, .hub = &hub_}, options);
    EXPECT_TRUE(core_->Load().ok());
  }

  absl::StatusOr<Resource> Waive(const std::vector<std::string>& handlers, const std::string& job) {
    provision::v1::WaiveHandlersRequest request;
    request.set_name("resources/h9");
    for (const std::string& handler : handlers) request.add_handlers(handler);
    request.set_job(job);
    std::optional<absl::StatusOr<Resource>> out;
    core_->WaiveHandlers(request, "uid 7", [&](absl::StatusOr<Resource> r) { out = std::move(r); });
    while (!out) {
      core_->RunOnce();
      store_.Flush();
    }
    return *out;
  }
  Resource Stored() { return *store_.GetResource(ResourceId("h9")); }

  ManualClock clock_;
  SeededRandom random_{1};
  EventHub hub_;
  MemoryStore store_{MemoryStoreOptions{.manual = true}};
  std::unique_ptr<EngineCore> core_;
};

TEST_F(EngineOwedTest, WaivedAreAllOrNone) {
  const absl::Status refused = Waive({"reload", "restart"}, "").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("restart"));
  EXPECT_EQ(Stored().pending_handlers_size(), 2);
  EXPECT_EQ(Stored().waived_handlers_size(), 0);
}

TEST_F(EngineOwedTest, AWaiverOfOneJobsLeavesTheOthersAndIsRecorded) {
  ASSERT_TRUE(Waive({"reload"}, "jobs/b").ok());
  ASSERT_EQ(Stored().pending_handlers_size(), 1);
  EXPECT_EQ(Stored().pending_handlers(0).job(), "jobs/a");
  ASSERT_EQ(Stored().waived_handlers_size(), 1);
  EXPECT_EQ(Stored().waived_handlers(0).caller(), "uid 7");
}

}  // namespace
}  // namespace pe
