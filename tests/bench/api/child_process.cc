#include "tests/bench/api/child_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace pe {

void ChildProcess::Link::Say(const std::string& line) const {
  const std::string text = line + "\n";
  if (write(out, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
}

bool ChildProcess::Link::Hear(std::string* line) const {
  line->clear();
  char c;
  while (read(in, &c, 1) == 1) {
    if (c == '\n') return true;
    *line += c;
  }
  return false;
}

ChildProcess::ChildProcess(const std::function<void(Link)>& body) {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) {
    close(down[1]), close(up[0]);
    body(Link{down[0], up[1]});
    _exit(0);
  }
  close(down[0]), close(up[1]);
  link_ = Link{up[0], down[1]};
}

ChildProcess::~ChildProcess() {
  close(link_.out);
  waitpid(pid_, nullptr, 0);
  close(link_.in);
}

}  // namespace pe
