// Two hundred watchers of one job, who come, go and resume at random while it runs: nobody misses an event or gets one
// twice.
#include <random>
#include <thread>

#include "tests/integration/api/api_fixture.h"

namespace pe {
namespace {

using provision::v1::WatchResponse;
using WatchLoadTest = ApiFixture;

constexpr int kWatchers = 200;
constexpr int kConnections = 4;
constexpr int kEvents = 3000;

// Reads the whole job, with disconnects; returns the number of events when ranges and sequences were all right.
int64_t ReadWithInterruptions(provision::v1::ProvisionService::Stub& stub, const std::string& name, uint32_t seed) {
  std::mt19937 random(seed);
  int64_t next = 1, events = 0;
  while (true) {
    const auto context = Context();
    provision::v1::WatchRequest request;
    request.set_name(name);
    request.set_after_seq(next - 1);
    const auto reader = stub.Watch(context.get(), request);
    int left = seed % 3 == 0 ? 1'000'000 : 1 + static_cast<int>(random() % 20);
    WatchResponse response;
    while (left-- > 0 && reader->Read(&response)) {
      if (response.from_seq() != next) return -1;
      int64_t expected = response.from_seq();
      for (const auto& event : response.events()) {
        if (event.seq() != expected++) return -2;
      }
      if (expected != response.through_seq() + 1) return -3;
      events += response.events_size();
      next = response.through_seq() + 1;
    }
    if (left >= 0) {
      const grpc::Status status = reader->Finish();
      return status.ok() ? events : -100 - status.error_code();
    }
    context->TryCancel();
    reader->Finish();
  }
}

TEST_F(WatchLoadTest, TwoHundredWatchersMissNothing) {
  const std::string name = engine_.MakeJob("busy");
  std::vector<std::unique_ptr<provision::v1::ProvisionService::Stub>> stubs;
  for (int i = 0; i < kConnections; ++i) stubs.push_back(provision::v1::ProvisionService::NewStub(UnixChannel()));
  std::vector<int64_t> results(kWatchers);
  std::vector<std::thread> threads;
  for (int i = 0; i < kWatchers; ++i) {
    threads.emplace_back(
        [&, i] { results[i] = ReadWithInterruptions(*stubs[i % kConnections], name, static_cast<uint32_t>(i)); });
  }
  for (int i = 0; i < kEvents / 10; ++i) engine_.Append(name, 10);
  engine_.End(name);
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kWatchers; ++i) EXPECT_EQ(results[i], kEvents + 2) << "watcher " << i;
}

}  // namespace
}  // namespace pe
