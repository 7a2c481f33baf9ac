// PeProcess: one run of the command line tool, its two streams collected while it runs.
// Thread-compatible.
#ifndef TESTS_INTEGRATION_CLI_PE_PROCESS_H_
#define TESTS_INTEGRATION_CLI_PE_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace pe::cli {

class PeProcess {
 public:
  // Starts `pe` with `arguments` and, beyond a small fixed environment, `environment` ("NAME=value"). `input` is its
  // standard input. With `terminal`, stderr is a pseudo-terminal of 80 by 24.
  struct Options {
    std::vector<std::string> environment;
    std::string input;
    bool terminal = false;
  };
  explicit PeProcess(const std::vector<std::string>& arguments) : PeProcess(arguments, Options()) {}
  PeProcess(const std::vector<std::string>& arguments, const Options& options);
  ~PeProcess();

  // Reads until stderr or stdout has `text`; false when the process ended before, or after 20 s.
  bool WaitFor(const std::string& text);
  void Signal(int signal);
  // Reads to the end and returns the exit code; 128 + signal when one ended it.
  int Wait();

  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  // Reads what comes within `ms`; false when both streams have ended.
  bool Pump(int ms);

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  std::string out_, err_;
};

}  // namespace pe::cli

#endif  // TESTS_INTEGRATION_CLI_PE_PROCESS_H_
