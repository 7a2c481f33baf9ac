#include "tests/bench/storage/workload.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace pe::bench {

namespace {

constexpr int64_t kUnfinished = 10'000;

}  // namespace

using provision::v1::Event;
using provision::v1::Job;
using provision::v1::StepStatus;

std::string JobName(int64_t number) { return absl::StrFormat("%016d", number); }

CreateJob MakeJob(int64_t number) {
  CreateJob create;
  Job& job = create.job;
  job.set_name(absl::StrCat("jobs/", JobName(number)));
  job.set_state(Job::PENDING);
  job.set_mode(Job::APPLY);
  job.set_environment(number % 10 == 0 ? "environments/prod" : "environments/dev");
  job.set_service(absl::StrCat("service-", number % 100));
  job.set_version("1.2.0");
  job.mutable_create_time()->set_seconds(1'700'000'000 + number);
  job.mutable_counts()->set_total(kSteps);
  job.mutable_spec()->set_name(job.service());
  job.mutable_spec()->set_version(std::string(600, 'v'));  // stands for a spec of a usual size
  TargetRow& row = create.targets.emplace_back();
  row.target.set_resource(absl::StrCat("resources/host-", number % 1000));
  row.target.set_address(absl::StrCat("ssh://root@10.0.0.", number % 250, ":22"));
  row.target.set_state(Job::PENDING);
  for (int i = 0; i < kSteps; ++i) {
    StepStatus* step = row.target.add_steps();
    step->set_id(absl::StrCat("step-", i));
    step->set_title(absl::StrCat("file /etc/service/part-", i, ".conf"));
    step->set_kind("file");
    step->set_state(StepStatus::PENDING);
    step->set_plan_reason("its content differs");
    step->set_section("steps");
    if (i > 0) step->add_after(i - 1);
  }
  create.request_id = absl::StrCat("request-", number);
  create.request_digest = std::string(64, 'd');
  return create;
}

AppendEvents MakeEvents(const CreateJob& job, int64_t first_seq, int count, bool terminal) {
  AppendEvents append;
  append.job = JobId(job.job.name().substr(5));
  append.summary = job.job;
  append.summary.clear_spec();
  append.summary.set_state(terminal ? Job::SUCCEEDED : Job::RUNNING);
  append.summary.set_last_seq(first_seq + count - 1);
  append.targets = job.targets;
  append.terminal = terminal;
  for (int i = 0; i < count; ++i) {
    Event& event = append.events.emplace_back();
    event.set_job(job.job.name());
    event.set_seq(first_seq + i);
    event.mutable_time()->set_seconds(1'700'000'000);
    event.mutable_time()->set_nanos(123'456'000);
    event.set_step(static_cast<int>((first_seq + i) % kSteps));
    event.set_attempt(1);
    event.mutable_step_state()->set_state(i % 2 == 0 ? StepStatus::RUNNING : StepStatus::CHANGED);
    if (i % 2 == 1) event.mutable_step_state()->mutable_result()->set_message("wrote 1,204 bytes");
    StepStatus* step = append.targets[0].target.mutable_steps(event.step());
    step->set_state(event.step_state().state());
  }
  return append;
}

void FillWithJobs(Store& store, const Lease& lease, int64_t jobs) {
  const int64_t running_from = jobs - std::min(kUnfinished, jobs / 2);
  for (int64_t i = 0; i < jobs; ++i) {
    Batch batch{.epoch = lease.epoch};
    batch.jobs.push_back(MakeJob(i));
    batch.appends.push_back(MakeEvents(batch.jobs[0], 1, 20, i < running_from));
    store.Submit(std::move(batch), [](const absl::Status& status, const Applied&) { Require(status); });
    if (i % 4'000 == 3'999) store.Flush();
  }
  store.Flush();
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

}  // namespace pe::bench
