// A running pe-agent whose standard streams carry frames, and the engine's side of them.
#ifndef TESTS_INTEGRATION_AGENT_AGENT_PROCESS_H_
#define TESTS_INTEGRATION_AGENT_AGENT_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/frame.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/agent/system/unique_fd.h"

namespace pe::agent {

namespace v1 = provision::agent::v1;

class AgentProcess {
 public:
  // `environment` is added to this process's.
  AgentProcess(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment);
  // Kills it and waits for it; what it started on its own goes on.
  ~AgentProcess();

  void Send(const v1::Frame& frame);
  // The next frame that `wanted` likes; all are kept in frames(). Fails the test at the end of the stream, or after a
  // time that only a hung agent needs (60 s).
  v1::Frame Next(const std::function<bool(const v1::Frame&)>& wanted);
  v1::Hello Hello();
  void Welcome(int64_t epoch, const std::string& run = "", int64_t after_seq = 0);
  void RunPlan(const v1::Plan& plan, int64_t epoch);
  v1::RunDone Done();
  // Closes its standard input, waits for its end and returns the exit code; what it wrote is in frames() and text().
  int Finish();
  // As Finish, of a process that ends although its standard input stays open.
  int AwaitEnd();
  void Kill(int signal);

  pid_t pid() const { return pid_; }
  const std::vector<v1::Frame>& frames() const { return frames_; }
  std::vector<v1::Report> reports() const;
  // Last state of each step.
  std::map<int, int> states() const;

 private:
  bool ReadMore();

  pid_t pid_ = -1;
  UniqueFd in_;   // its standard input
  UniqueFd out_;  // its standard output
  FrameDecoder decoder_;
  std::vector<v1::Frame> frames_;
};

// Runs a program to its end; its standard output.
std::string OutputOf(const std::vector<std::string>& argv);

}  // namespace pe::agent

#endif  // TESTS_INTEGRATION_AGENT_AGENT_PROCESS_H_
