// pe-agent: the arm on the host. Its command lines are constant; everything else comes as frames.
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "server/agent/attach.h"
#include "server/agent/identity.h"
#include "server/agent/rootfs.h"
#include "server/agent/serve.h"
#include "server/agent/worker.h"

namespace {

constexpr char kUsage[] =
    "usage: pe-agent attach        carry standard input and output to the worker, starting it when there is none\n"
    "       pe-agent worker        serve the engine on /run/pe-agent/worker.sock\n"
    "       pe-agent resume        start a worker, at boot: a guarded step may wait to be undone\n"
    "       pe-agent serve         serve the engine on standard input and output\n"
    "       pe-agent rootfs DIR    the same, inside the root file system DIR\n"
    "       pe-agent version       print version and digest\n";

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // a closed stream is an error of write
  const char* command = argc >= 2 ? argv[1] : "";
  if (argc == 2 && strcmp(command, "attach") == 0) return pe::agent::RunAttach();
  if (argc == 2 && strcmp(command, "worker") == 0) return pe::agent::RunWorker();
  if (argc == 2 && strcmp(command, "resume") == 0) return pe::agent::StartWorker().ok() ? 0 : 1;
  if (argc == 2 && strcmp(command, "serve") == 0) return pe::agent::Serve({.standard_streams = true});
  if (argc == 3 && strcmp(command, "rootfs") == 0) return pe::agent::RunRootfs(argv[2]);
  if (argc == 2 && strcmp(command, "version") == 0) {
    printf("pe-agent %s %s\n", pe::agent::ProductVersion(), pe::agent::BinaryDigest().c_str());
    return 0;
  }
  fputs(kUsage, stderr);
  return 64;
}
