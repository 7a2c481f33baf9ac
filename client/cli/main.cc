// pe: the command line of Provision Engine.
#include <unistd.h>

#include <cstdio>

#include "client/cli/commands/command_line.h"

int main(int argc, char** argv) {
  const int code = pe::cli::Run(argc, argv);
  std::fflush(nullptr);
  // Static destructors and the channel's shutdown would take longer than the whole command.
  _exit(code);
}
