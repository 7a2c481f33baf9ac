// The engine over a real SQLite store whose disk fills up: what callers are told, that hosts go on, that it comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "server/engine/engine_core.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/conformance/storage/temp_folder.h"
#include "tests/unit/engine/fake_transport.h"
#include "tests/unit/storage/fault_vfs.h"

namespace pe {
namespace {

using provision::v1::Job;
using testing::HasSubstr;

class Watched final : public EventSubscriber {
 public:
  void OnBatch(std::shared_ptr<const EventBatch> batch) override {
    EXPECT_EQ(batch->from_seq, through + 1);
    through = batch->through_seq;
    ended = ended || batch->terminal;
  }
  int64_t through = 0;
  bool ended = false;
};

class DiskFull : public testing::TestWithParam<int> {
 protected:
  DiskFull() {
    auto store = OpenSqliteStore({.folder = folder_.path() + "/data", .vfs = FaultVfs::kName}, random_);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    EngineParts parts{.store = store_.get(),
                      .clock = &clock_,
                      .random = &random_,
                      .hub = &hub_,
                      .transports = {{"ssh", &transport_}}};
    EngineOptions options;
    options.credentials["default"] = Credential{.name = "default"};
    options.secret_key = std::string(32, 'k');
    core_ = std::make_unique<EngineCore>(parts, options);
    EXPECT_TRUE(core_->Load().ok());
  }

  void Settle() {
    for (int quiet = 0; quiet < 3;) {
      store_->Flush();
      const bool did = core_->RunOnce();
      quiet = (transport_.Pump() || did) ? 0 : quiet + 1;
    }
  }
  // The code that the disk fails every write with from now on; nothing fails with SQLITE_OK.
  void Fill(int code) { vfs_.Arm({.at = code == SQLITE_OK ? 0 : 1, .onwards = true, .code = code}); }

  absl::StatusOr<Job> Provision(const std::string& host) {
    provision::v1::ProvisionRequest request;
    request.mutable_spec()->set_name("web");
    auto* step = request.mutable_spec()->add_steps();
    step->set_id("one");
    step->mutable_file()->set_path("/etc/one");
    step->mutable_file()->set_content("x");
    request.add_targets()->mutable_inline_()->set_address("ssh://root@" + host);
    std::optional<absl::StatusOr<Job>> out;
    core_->Provision(request, "test", [&](absl::StatusOr<Job> job) { out = std::move(job); });
    while (!out) {
      store_->Flush();
      core_->RunOnce();
    }
    return *out;
  }
  Job Get(const std::string& name) {
    const auto job = store_->GetJob(JobId(name.substr(5)), JobDetail::kFull);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? *job : Job();
  }

  TempFolder folder_;
  FaultVfs vfs_;
  ManualClock clock_;
  SeededRandom random_{1};
  EventHub hub_;
  std::unique_ptr<Store> store_;
  FakeTransport transport_;
  std::unique_ptr<EngineCore> core_;
};

TEST_P(DiskFull, CallersAreToldHostsGoOnAndItComesBackByItself) {
  transport_.host("h1").hold = true;
  const auto running = Provision("h1");
  ASSERT_TRUE(running.ok()) << running.status();
  Settle();
  Watched watched;
  watched.through = Get(running->name()).last_seq();
  hub_.Subscribe(JobId(running->name().substr(5)), &watched);

  Fill(GetParam());
  const auto first = Provision("h2");  // it meets the full disk
  EXPECT_FALSE(first.ok());
  if (GetParam() == SQLITE_FULL) {
    EXPECT_EQ(first.status().code(), absl::StatusCode::kResourceExhausted) << first.status();
    EXPECT_THAT(std::string(first.status().message()), HasSubstr("free space on its disk"));
  } else {
    EXPECT_EQ(first.status().code(), absl::StatusCode::kUnavailable) << "its outcome is open: " << first.status();
  }
  EXPECT_EQ(Provision("h2").status().code(), first.status().code()) << "for the same reason";
  Settle();
  EXPECT_EQ(transport_.open(), 0u) << "the engine has let go of the hosts";
  transport_.Release("h1");  // the host goes on, and keeps its report
  const int connects = transport_.host("h1").connects;
  for (int second = 0; second < 30; ++second) {
    clock_.Advance(kMicrosPerSecond);
    Settle();
  }
  EXPECT_EQ(transport_.host("h1").connects, connects) << "hosts are not called while nothing can be stored";
  EXPECT_FALSE(watched.ended);
  if (GetParam() == SQLITE_FULL) {
    EXPECT_EQ(Get(running->name()).state(), Job::RUNNING);  // reads work
  }

  Fill(SQLITE_OK);
  for (int second = 0; second < 5 && !watched.ended; ++second) {
    clock_.Advance(kMicrosPerSecond);
    Settle();
  }
  EXPECT_TRUE(watched.ended) << "within 5 s of there being space";
  EXPECT_EQ(Get(running->name()).state(), Job::SUCCEEDED);
  EXPECT_EQ(transport_.host("h1").executions["one"], 1);
  const auto next = Provision("h3");
  ASSERT_TRUE(next.ok()) << next.status();
  Settle();
  EXPECT_EQ(Get(next->name()).state(), Job::SUCCEEDED);
  hub_.Unsubscribe(JobId(running->name().substr(5)), &watched);
}

INSTANTIATE_TEST_SUITE_P(Codes, DiskFull, testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC),
                         [](const auto& tested) {
                           return tested.param == SQLITE_FULL          ? "Full"
                                  : tested.param == SQLITE_IOERR_WRITE ? "WriteError"
                                                                       : "SyncError";
                         });

}  // namespace
}  // namespace pe
