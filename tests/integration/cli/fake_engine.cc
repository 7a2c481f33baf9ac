#include "tests/integration/cli/fake_engine.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace pe::cli {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::WatchResponse;

grpc::Status TooOld(int64_t oldest) {
  google::rpc::Status status;
  google::rpc::ErrorInfo info;
  info.set_reason("CURSOR_TOO_OLD");
  (*info.mutable_metadata())["oldest_available_seq"] = std::to_string(oldest);
  status.add_details()->PackFrom(info);
  return {grpc::StatusCode::OUT_OF_RANGE, "the oldest sequence is " + std::to_string(oldest),
          status.SerializeAsString()};
}

}  // namespace

FakeEngine::FakeEngine() {
  char folder[] = "/tmp/pe-cli-test-XXXXXX";
  if (mkdtemp(folder) == nullptr) abort();
  folder_ = folder;
  socket_ = folder_ + "/engine.sock";
  job.set_name("jobs/0abcdefgh1234567");
  job.set_service("hello-web");
  job.set_version("1.2.0");
  job.set_state(Job::PENDING);
  job.set_last_seq(1);
  job.add_targets()->set_resource("resources/web-1");
  job.mutable_targets(0)->set_state(Job::PENDING);
  auto* const planned = AddEvent(0, -1)->mutable_planned()->add_steps();
  planned->set_id("page");
  planned->set_state(provision::v1::StepStatus::PENDING);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address(), grpc::InsecureServerCredentials());
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

FakeEngine::~FakeEngine() {
  server_->Shutdown(std::chrono::system_clock::now());
  unlink(socket_.c_str());
  rmdir(folder_.c_str());
}

Event* FakeEngine::AddEvent(int target, int step) {
  Event& event = events_.emplace_back();
  event.set_job(job.name());
  event.set_seq(static_cast<int64_t>(events_.size()) + 1);
  event.mutable_time()->set_seconds(1'700'000'000 + event.seq());
  event.set_target(target);
  event.set_step(step);
  return &event;
}

void FakeEngine::AddStep(provision::v1::StepStatus::State state) {
  Event* const event = AddEvent(0, 0);
  event->set_attempt(1);
  event->mutable_step_state()->set_state(state);
}

void FakeEngine::AddEnd(Job::State state) {
  AddEvent(0, -1)->mutable_state()->set_state(state);
  AddEvent(-1, -1)->mutable_state()->set_state(state);
}

std::vector<provision::v1::ProvisionRequest> FakeEngine::provisioned() {
  MutexLock lock(&mu_);
  return provisioned_;
}
std::vector<provision::v1::WatchRequest> FakeEngine::watched() {
  MutexLock lock(&mu_);
  return watched_;
}

grpc::Status FakeEngine::Provision(grpc::ServerContext* context, const provision::v1::ProvisionRequest* request,
                                   Job* answer) {
  MutexLock lock(&mu_);
  provisioned_.push_back(*request);
  const auto given = context->client_metadata().find("authorization");
  const bool authorized = given != context->client_metadata().end() && given->second == "Bearer " + token;
  if (!token.empty() && !authorized) return {grpc::StatusCode::UNAUTHENTICATED, "a token is needed"};
  if (!refuse.ok()) return refuse;
  job.set_mode(request->mode());
  *answer = job;
  return grpc::Status::OK;
}

grpc::Status FakeEngine::Status(grpc::ServerContext*, const provision::v1::StatusRequest* request, Job* answer) {
  if (request->name() != job.name()) return {grpc::StatusCode::NOT_FOUND, "there is no " + request->name()};
  *answer = job;
  answer->set_state(events_.back().state().state());
  answer->set_last_seq(events_.back().seq());
  return grpc::Status::OK;
}

grpc::Status FakeEngine::List(grpc::ServerContext*, const provision::v1::ListRequest*,
                              provision::v1::ListResponse* answer) {
  *answer->add_jobs() = job;
  return grpc::Status::OK;
}

grpc::Status FakeEngine::Cancel(grpc::ServerContext*, const provision::v1::CancelRequest*, Job* answer) {
  *answer = job;
  answer->set_state(Job::CANCELLING);
  return grpc::Status::OK;
}

grpc::Status FakeEngine::Watch(grpc::ServerContext* context, const provision::v1::WatchRequest* request,
                               grpc::ServerWriter<WatchResponse>* writer) {
  int64_t through = request->after_seq();
  {
    MutexLock lock(&mu_);
    watched_.push_back(*request);
  }
  if (!request->has_after_seq()) {
    WatchResponse snapshot;
    *snapshot.mutable_snapshot() = job;
    through = oldest;
    snapshot.mutable_snapshot()->set_last_seq(through);
    snapshot.set_from_seq(1);
    snapshot.set_through_seq(through);
    writer->Write(snapshot);
  } else if (through + 1 < oldest) {
    return TooOld(oldest);
  }
  const int64_t last = static_cast<int64_t>(events_.size()) + 1;
  while (through < last) {
    const int64_t seq = through + 1 == skips ? through + 2 : through + 1;
    WatchResponse batch;
    batch.set_from_seq(seq);
    batch.set_through_seq(seq);
    if (seq == 1) {
      Event* const created = batch.add_events();
      created->set_seq(1);
      created->set_target(-1);
      created->set_step(-1);
      *created->mutable_created()->mutable_job() = job;
    } else {
      *batch.add_events() = events_[seq - 2];
    }
    writer->Write(batch);
    through = seq;
    MutexLock lock(&mu_);
    if (const auto cut = std::find(cuts.begin(), cuts.end(), seq); cut != cuts.end()) {
      cuts.erase(cut);
      return {grpc::StatusCode::UNAVAILABLE, "cut by the script"};
    }
  }
  if (holds) {
    Mutex never;
    CondVar nothing;
    MutexLock lock(&never);
    while (!context->IsCancelled()) nothing.WaitFor(&never, 10'000);
  }
  return grpc::Status::OK;
}

}  // namespace pe::cli
