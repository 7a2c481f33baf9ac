// A small job with one host, whose every frame is the fuzzer's. States what must hold whatever the host says: the
// machine's events can be stored, read back and shown, and fold to the machine's own state; the job can be loaded again
// at any time.
#ifndef TESTS_FUZZ_JOB_UNDER_FUZZ_H_
#define TESTS_FUZZ_JOB_UNDER_FUZZ_H_

#include <map>
#include <memory>
#include <string>

#include "provision/agent/v1/agent.pb.h"
#include "server/engine/job_machine.h"

namespace pe::fuzz {

class JobUnderFuzz {
 public:
  JobUnderFuzz();

  // What the host sent. A Report without run or sequence gets the ones that are expected, so that most are looked at.
  void OnFrame(provision::agent::v1::Frame frame);
  void LoseConnection();
  void Cancel(bool force);
  // The engine dies and loads the job again.
  void Restart();
  bool terminal() const { return terminal_; }

 private:
  void Begin();
  // Takes what the machine made and checks it.
  void Settle();
  // Lets time pass until the machine connects, or ends.
  void WaitForConnect();
  Now now() const { return {1'700'000'000 * kMicrosPerSecond + mono_, mono_}; }

  provision::v1::Job folded_;                // the log, folded
  std::map<std::string, std::string> rows_;  // private rows
  std::unique_ptr<JobMachine> machine_;
  MonoMicros mono_ = 1;
  bool connecting_ = false;
  bool open_ = false;
  bool terminal_ = false;
};

}  // namespace pe::fuzz

#endif  // TESTS_FUZZ_JOB_UNDER_FUZZ_H_
