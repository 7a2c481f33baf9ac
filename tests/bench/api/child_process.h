// A child of this process that serves until the parent closes its pipe. Made before any thread (and so before gRPC
// starts).
#ifndef TESTS_BENCH_API_CHILD_PROCESS_H_
#define TESTS_BENCH_API_CHILD_PROCESS_H_

#include <functional>
#include <string>

namespace pe {

class ChildProcess {
 public:
  // What a child may do: say a line to the parent, and wait for its next line (false at the end of the pipe).
  struct Link {
    int in, out;
    void Say(const std::string& line) const;
    bool Hear(std::string* line) const;
  };
  explicit ChildProcess(const std::function<void(Link)>& body);
  ~ChildProcess();  // closes the pipe and waits for the end
  const Link& link() const { return link_; }

 private:
  Link link_;
  int pid_;
};

}  // namespace pe

#endif  // TESTS_BENCH_API_CHILD_PROCESS_H_
