// Readers of one job over the public API who leave and come back: every event, once, in order, and the same bytes to
// all. Knows nothing of the product's own client. Prints one line of JSON; exits 1 when something was missing, twice or
// different. Usage: deliveries SOCKET JOB READERS SEED LONGEST_STRETCH [seeded-bug] With seeded-bug one event is left
// out at every resume, which must be found.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provision/v1/provision_service.grpc.pb.h"

namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::ProvisionService;
using provision::v1::WatchRequest;
using provision::v1::WatchResponse;

constexpr auto kPatience = std::chrono::minutes(10);

struct Totals {
  std::atomic<int64_t> deliveries{0}, resumes{0};
  std::mutex mutex;
  std::vector<std::string> broken;       // what was wrong, the first of each reader
  std::vector<uint64_t> digests, lasts;  // of each reader that came to the end
};

uint64_t Mix(uint64_t digest, const std::string& bytes) {  // FNV-1a
  for (const char byte : bytes) digest = (digest ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return digest;
}

class Reader {
 public:
  Reader(const std::string& socket, const std::string& job, uint64_t seed, int64_t longest, bool bug, Totals* totals)
      : job_(job), random_(seed), longest_(longest), bug_(bug), totals_(totals) {
    grpc::ChannelArguments own;  // a connection of its own
    own.SetInt("pe.reader", static_cast<int>(seed));
    own.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
    own.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
    stub_ =
        ProvisionService::NewStub(grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), own));
  }

  void Run() {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!ended_ && broken_.empty()) {
      if (std::chrono::steady_clock::now() > give_up) broken_ = absl::StrCat("no end after ", after_);
      Stretch();
      if (!ended_) ++totals_->resumes;
    }
    const std::lock_guard lock(totals_->mutex);
    if (!broken_.empty()) return totals_->broken.push_back(broken_);
    totals_->digests.push_back(digest_);
    totals_->lasts.push_back(static_cast<uint64_t>(after_));
  }

 private:
  // One stream, left after some events, in the middle of whatever is under way.
  void Stretch() {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(2));
    WatchRequest request;
    request.set_name(job_);
    request.set_after_seq(after_ + (bug_ && after_ > 0 ? 1 : 0));
    const auto stream = stub_->Watch(&context, request);
    WatchResponse batch;
    int64_t left = std::uniform_int_distribution<int64_t>(1, longest_)(random_);
    while (left > 0 && broken_.empty() && stream->Read(&batch)) left -= Take(batch);
    context.TryCancel();
    while (stream->Read(&batch)) {
    }
    const grpc::Status status = stream->Finish();
    if (status.error_code() == grpc::StatusCode::OUT_OF_RANGE || status.error_code() == grpc::StatusCode::NOT_FOUND) {
      broken_ = status.error_message();
    }
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  int64_t Take(const WatchResponse& batch) {
    if (batch.from_seq() != after_ + 1) broken_ = absl::StrCat(after_ + 1, " was due, ", batch.from_seq(), " came");
    for (const Event& event : batch.events()) {
      if (event.seq() != ++after_) broken_ = absl::StrCat(after_, " was due within a batch, ", event.seq(), " came");
      if (ended_) broken_ = absl::StrCat("event ", event.seq(), " after the end");
      digest_ = Mix(digest_, event.SerializeAsString());
      ended_ = event.target() == -1 && event.has_state() && event.state().state() >= Job::SUCCEEDED;
    }
    if (batch.through_seq() > after_)
      broken_ = absl::StrCat("through ", batch.through_seq(), ", but ", after_, " was the last");
    totals_->deliveries += batch.events_size();
    return std::max(1, batch.events_size());
  }

  const std::string job_;
  std::mt19937_64 random_;
  const int64_t longest_;
  const bool bug_;
  Totals* const totals_;
  std::unique_ptr<ProvisionService::Stub> stub_;
  int64_t after_ = 0;
  uint64_t digest_ = 14695981039346656037u;
  bool ended_ = false;
  std::string broken_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6)
    return std::fputs("usage: deliveries SOCKET JOB READERS SEED LONGEST_STRETCH [seeded-bug]\n", stderr), 64;
  const int readers = std::atoi(argv[3]);
  const int64_t longest = std::atoll(argv[5]);
  const bool bug = argc > 6 && std::string(argv[6]) == "seeded-bug";
  Totals totals;
  std::vector<std::thread> threads;
  for (int i = 0; i < readers; ++i) {
    const uint64_t seed = std::strtoull(argv[4], nullptr, 10) * 1000 + static_cast<uint64_t>(i);
    threads.emplace_back([&, seed] { Reader(argv[1], argv[2], seed, longest, bug, &totals).Run(); });
  }
  for (std::thread& thread : threads) thread.join();
  bool same = !totals.digests.empty();
  for (size_t i = 1; i < totals.digests.size(); ++i) same = same && totals.digests[i] == totals.digests[0];
  for (const std::string& text : totals.broken) std::fprintf(stderr, "%s: %s\n", argv[2], text.c_str());
  std::printf(
      "{\"readers\":%d,\"events\":%llu,\"deliveries\":%lld,\"resumes\":%lld,\"broken\":%zu,\"same_bytes\":%s}\n",
      readers, static_cast<unsigned long long>(totals.lasts.empty() ? 0 : totals.lasts[0]),
      static_cast<long long>(totals.deliveries), static_cast<long long>(totals.resumes), totals.broken.size(),
      same ? "true" : "false");
  return totals.broken.empty() && same ? 0 : 1;
}
