#include "server/agent/serve.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "server/agent/disk_boot_guard.h"
#include "server/agent/disk_run_store.h"
#include "server/agent/facts/facts.h"
#include "server/agent/identity.h"
#include "server/agent/places.h"
#include "server/agent/system/real_file_system.h"
#include "server/agent/system/real_process_runner.h"

namespace pe::agent {
namespace {

std::atomic<bool> stop{false};
const Waker* stop_waker = nullptr;  // set before the handlers are

void OnStop(int) {
  stop.store(true);
  stop_waker->Wake();
}

void HandleSignals(const Waker& waker) {
  stop_waker = &waker;
  struct sigaction action {};
  action.sa_handler = OnStop;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace

int Serve(const ServeOptions& options) {
  const SystemClock clock;
  const Waker waker;
  HandleSignals(waker);
  RealFileSystem files;
  RealProcessRunner processes(clock, {.cgroup = options.cgroup});
  SystemdUnitSource units;
  BlobStore blobs;
  DiskRunStore store(files, StateFolder());
  const bool boots = UsualPlaces() && geteuid() == 0 && !options.rootfs && HasInit(files);
  DiskBootGuard boot_guard(files, boots ? BinaryPath() : "");
  // Below the agent, which holds attempts: the executor ends first.
  std::unique_ptr<Agent> agent;
  ThreadExecutor executor({.files = files,
                           .processes = processes,
                           .clock = clock,
                           .blobs = blobs,
                           .units = &units,
                           .boot = BootMark(files),
                           .has_init = !options.rootfs && HasInit(files),
                           .find_type = FindStepType});
  agent = std::make_unique<Agent>(
      Agent::Options{.digest = BinaryDigest(),
                     .version = ProductVersion(),
                     .gather_facts = [&] { return GatherFacts(files, clock, {.rootfs = options.rootfs}); },
                     .host = {.executor = executor,
                              .store = store,
                              .clock = clock,
                              .find_type = FindStepType,
                              .wake = [&] { waker.Wake(); },
                              .boot = BootMark(files),
                              .boot_guard = &boot_guard},
                     .blobs = blobs});
  std::vector<std::string> warnings;
  const absl::Status loaded = agent->Load(&warnings);
  for (const std::string& warning : warnings) fprintf(stderr, "pe-agent: %s\n", warning.c_str());
  if (!loaded.ok()) {
    fprintf(stderr, "pe-agent: %s\n", std::string(loaded.message()).c_str());
    return 1;
  }
  Loop loop(*agent, clock, waker, options.loop);
  if (options.standard_streams) loop.AddStreams(STDIN_FILENO, STDOUT_FILENO, true);
  loop.Run(stop);
  agent->Abandon();
  return 0;
}

}  // namespace pe::agent
