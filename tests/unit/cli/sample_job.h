// A small job and its events, for golden texts.
#ifndef TESTS_UNIT_CLI_SAMPLE_JOB_H_
#define TESTS_UNIT_CLI_SAMPLE_JOB_H_

#include <google/protobuf/repeated_field.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "provision/v1/event.pb.h"

namespace pe::cli {

inline constexpr WallMicros kSampleStart = 1'700'000'000'000'000;

// Makes events with rising sequences; time is what Sleep makes it.
class SampleJob {
 public:
  explicit SampleJob(std::vector<std::string> hosts, provision::v1::Job::Mode mode = provision::v1::Job::APPLY);

  const provision::v1::Job& job() const { return job_; }
  WallMicros now() const { return now_; }
  SampleJob& Sleep(int64_t millis);

  SampleJob& JobState(provision::v1::Job::State state, const std::string& reason = "");
  SampleJob& TargetState(int target, provision::v1::Job::State state, const std::string& reason = "",
                         const std::string& code = "");
  SampleJob& Planned(int target, const std::vector<std::string>& ids);
  SampleJob& Step(int target, int step, provision::v1::StepStatus::State state, const std::string& message = "");
  SampleJob& Output(int target, int step, const std::string& data);
  SampleJob& Progress(int target, int step, int64_t current, int64_t total, const std::string& message);
  // The next event; for what the others do not make.
  provision::v1::Event* Next(int target, int step);

  // The events since the last call.
  google::protobuf::RepeatedPtrField<provision::v1::Event> Take();

 private:
  provision::v1::Job job_;
  WallMicros now_ = kSampleStart;
  int64_t seq_ = 0;
  google::protobuf::RepeatedPtrField<provision::v1::Event> events_;
};

}  // namespace pe::cli

#endif  // TESTS_UNIT_CLI_SAMPLE_JOB_H_
