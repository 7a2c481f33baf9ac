// An engine's loop over the memory store and hosts in memory, in one thread and virtual time.
#ifndef TESTS_UNIT_ENGINE_ENGINE_CORE_FIXTURE_H_
#define TESTS_UNIT_ENGINE_ENGINE_CORE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/engine/engine_core.h"
#include "server/engine/fold.h"
#include "storage/memory/memory_store.h"
#include "tests/unit/engine/fake_transport.h"

namespace pe {

class EngineCoreFixture : public testing::Test {
 protected:
  using Job = provision::v1::Job;
  using ProvisionRequest = provision::v1::ProvisionRequest;

  EngineCoreFixture() { StartAgain(); }

  // As after a crash. `blobs`: null for an engine that fetches nothing.
  void StartAgain(BlobFetcher* blobs = nullptr) {
    core_.reset();
    store_.Crash();
    EngineParts parts{.store = &store_,
                      .clock = &clock_,
                      .random = &random_,
                      .hub = &hub_,
                      .transports = {{"ssh", &transport_}, {"local", &transport_}},
                      .blobs = blobs};
    EngineOptions options;
    options.credentials["default"] = Credential{.name = "default"};
    options.secret_key = std::string(32, 'k');
    core_ = std::make_unique<EngineCore>(parts, options);
    const absl::Status loaded = core_->Load();
    ASSERT_TRUE(loaded.ok()) << loaded;
  }

  // Runs everything that can run now, without time passing.
  void Settle() {
    for (int quiet = 0; quiet < 3;) {
      store_.Flush();
      const bool did = core_->RunOnce();
      quiet = (transport_.Pump() || did) ? 0 : quiet + 1;
    }
  }
  void Advance(int64_t micros) {
    clock_.Advance(micros);
    Settle();
  }

  ProvisionRequest Request(const std::vector<std::string>& hosts) {
    ProvisionRequest request;
    request.mutable_spec()->set_name("web");
    for (const char* id : {"one", "two"}) {
      auto* step = request.mutable_spec()->add_steps();
      step->set_id(id);
      step->mutable_file()->set_path(std::string("/etc/") + id);
      step->mutable_file()->set_content("x");
    }
    for (const std::string& host : hosts) request.add_targets()->mutable_inline_()->set_address("ssh://root@" + host);
    return request;
  }

  // Makes `call` with an Answer<T>, and runs until it has come. Nothing runs on after that.
  template <typename T, typename Call>
  absl::StatusOr<T> Ask(Call call) {
    std::optional<absl::StatusOr<T>> out;
    call([&](absl::StatusOr<T> answer) { out = std::move(answer); });
    while (!out) {
      store_.Flush();
      core_->RunOnce();
    }
    return *out;
  }
  absl::StatusOr<Job> Provision(const ProvisionRequest& request) {
    return Ask<Job>([&](Answer<Job> answer) { core_->Provision(request, "test", answer); });
  }
  std::string Start(const ProvisionRequest& request) {
    const absl::StatusOr<Job> job = Provision(request);
    EXPECT_TRUE(job.ok()) << job.status();
    Settle();
    return job.ok() ? job->name().substr(5) : "";
  }
  Job Get(const std::string& id) {
    const auto job = store_.GetJob(JobId(id), JobDetail::kFull);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? *job : Job();
  }
  // The stored log folds to the stored state.
  void CheckLog(const std::string& id) {
    Job folded;
    const auto page = store_.ReadEvents(JobId(id), 0, 1000);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& event : page->events) {
      const absl::Status status = Fold(event, &folded);
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(folded.DebugString(), Get(id).DebugString());
  }

  ManualClock clock_;
  SeededRandom random_{1};
  EventHub hub_;
  MemoryStore store_{MemoryStoreOptions{.manual = true}};
  FakeTransport transport_;
  std::unique_ptr<EngineCore> core_;
};

}  // namespace pe

#endif  // TESTS_UNIT_ENGINE_ENGINE_CORE_FIXTURE_H_
