#include "tests/unit/cli/sample_job.h"

#include <utility>

namespace pe::cli {
namespace {

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepStatus;

void SetTime(WallMicros micros, google::protobuf::Timestamp* time) {
  time->set_seconds(micros / kMicrosPerSecond);
  time->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
}

}  // namespace

SampleJob::SampleJob(std::vector<std::string> hosts, Job::Mode mode) {
  job_.set_name("jobs/0abcdefgh1234567");
  job_.set_service("hello-web");
  job_.set_version("1.2.0");
  job_.set_state(Job::PENDING);
  job_.set_mode(mode);
  SetTime(now_, job_.mutable_create_time());
  for (const std::string& host : hosts) {
    auto* const target = job_.add_targets();
    target->set_resource("resources/" + host);
    target->set_state(Job::PENDING);
  }
  *Next(-1, -1)->mutable_created()->mutable_job() = job_;
}

SampleJob& SampleJob::Sleep(int64_t millis) {
  now_ += millis * kMicrosPerMilli;
  return *this;
}

Event* SampleJob::Next(int target, int step) {
  Event* const event = events_.Add();
  event->set_job(job_.name());
  event->set_seq(++seq_);
  SetTime(now_, event->mutable_time());
  event->set_target(target);
  event->set_step(step);
  return event;
}

SampleJob& SampleJob::JobState(Job::State state, const std::string& reason) { return TargetState(-1, state, reason); }

SampleJob& SampleJob::TargetState(int target, Job::State state, const std::string& reason, const std::string& code) {
  auto* const change = Next(target, -1)->mutable_state();
  change->set_state(state);
  change->set_reason(reason);
  change->set_reason_code(code);
  return *this;
}

SampleJob& SampleJob::Planned(int target, const std::vector<std::string>& ids) {
  auto* const planned = Next(target, -1)->mutable_planned();
  planned->set_stages(1);
  for (const std::string& id : ids) {
    auto* const step = planned->add_steps();
    step->set_id(id);
    step->set_title(id);
    step->set_state(StepStatus::PENDING);
  }
  return *this;
}

SampleJob& SampleJob::Step(int target, int step, StepStatus::State state, const std::string& message) {
  Event* const event = Next(target, step);
  event->set_attempt(1);
  event->mutable_step_state()->set_state(state);
  if (!message.empty()) event->mutable_step_state()->mutable_result()->set_message(message);
  return *this;
}

SampleJob& SampleJob::Output(int target, int step, const std::string& data) {
  auto* const output = Next(target, step)->mutable_output();
  output->set_stream(provision::v1::Output::STDOUT);
  output->set_data(data);
  return *this;
}

SampleJob& SampleJob::Progress(int target, int step, int64_t current, int64_t total, const std::string& message) {
  auto* const progress = Next(target, step)->mutable_progress();
  progress->set_current(current);
  progress->set_total(total);
  progress->set_message(message);
  return *this;
}

google::protobuf::RepeatedPtrField<Event> SampleJob::Take() { return std::exchange(events_, {}); }

}  // namespace pe::cli
