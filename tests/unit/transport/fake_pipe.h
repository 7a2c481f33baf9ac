// FakePipe: a pipe whose host is the test. Everything happens on the loop that the test gives.
#ifndef TESTS_UNIT_TRANSPORT_FAKE_PIPE_H_
#define TESTS_UNIT_TRANSPORT_FAKE_PIPE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "server/transport/pipe.h"

namespace pe::transport {

// What the test sees and says; outlives the pipe. `on_run` is called for each program and may answer by its events.
struct FakeHost {
  std::function<void(Program, PipeEvents*)> on_run;
  std::vector<Program> programs;
  std::string written;
  size_t room = SIZE_MAX;
  bool pipe_gone = false;
};

class FakePipe final : public Pipe {
 public:
  explicit FakePipe(FakeHost* host) : host_(host) {}
  ~FakePipe() override { host_->pipe_gone = true; }
  void Run(Program program, PipeEvents* events) override {
    host_->programs.push_back(program);
    host_->on_run(program, events);
  }
  size_t Write(absl::string_view bytes) override {
    const size_t taken = std::min(bytes.size(), host_->room);
    host_->written.append(bytes.data(), taken);
    host_->room -= taken;
    return taken;
  }
  std::string host_key() const override { return "SHA256:fake"; }

 private:
  FakeHost* const host_;
};

}  // namespace pe::transport

#endif  // TESTS_UNIT_TRANSPORT_FAKE_PIPE_H_
