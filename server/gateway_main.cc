// pe-gateway: the gateway as a service of its own, in front of an engine's TCP listener.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/api/loopback.h"
#include "server/config/process.h"
#include "server/config/readiness.h"
#include "server/config/watchdog.h"
#include "server/gateway/gateway.h"
#include "server/gateway/own_listener.h"
#include "server/log.h"

namespace pe {
namespace {

constexpr int64_t kShutdownGraceMicros = 5'000'000;
constexpr int kWantedDescriptors = 65536;
constexpr int kStreamsPerChannel = 100;  // what an engine takes on a connection

struct Flags {
  std::string engine;
  std::string http_listen = "127.0.0.1:7480";
  std::vector<std::string> http_hosts;
  std::string web_root;
  std::string log_level = "info";
  std::string ready_file;
};

int Fail(int code, absl::string_view message) {
  absl::FPrintF(stderr, "pe-gateway: %s\n", message);
  return code;
}

// Every call must bring the caller's own credentials. An engine's unix socket gives its owner's rights to whoever
// connects, so a gateway there would lend them to everybody.
absl::Status CheckEngine(const std::string& engine) {
  if (absl::StartsWith(engine, "unix:") || absl::StartsWith(engine, "/")) {
    return absl::InvalidArgumentError(
        "--engine: a unix socket gives every caller its owner's rights; give the engine a --listen address and name "
        "it");
  }
  return ParseLoopback(engine).status();
}

std::shared_ptr<grpc::Channel> Connect(const std::string& engine) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else channels share one connection
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  return grpc::CreateCustomChannel(engine, grpc::InsecureChannelCredentials(), arguments);
}

int WaitUnderWatchdog(const std::string& address, StopSignals& signals) {
  Watchdog watchdog([address] { return gateway::HealthzAnswers(address, Watchdog::WantedMicros() / 3); });
  return signals.Wait();
}

int Serve(const Flags& flags, StopSignals& signals) {
  gateway::GatewayOptions options;
  options.listen = flags.http_listen;
  options.hosts = flags.http_hosts;
  options.web_root = flags.web_root;
  options.version = PE_VERSION;
  options.connect = [engine = flags.engine] { return Connect(engine); };
  options.streams_per_channel = kStreamsPerChannel;
  auto gateway = gateway::Gateway::Start(std::move(options));
  if (!gateway.ok()) return Fail(EX_UNAVAILABLE, gateway.status().message());
  if (!flags.ready_file.empty()) {
    const auto written = WriteReadyFile(flags.ready_file, {.http = (*gateway)->address()});
    if (!written.ok()) return Fail(EX_CANTCREAT, written.message());
  }
  NotifySystemd("READY=1");
  Log(LogLevel::kInfo, "serving", {{"http", (*gateway)->address()}, {"engine", flags.engine}});
  const int signal = WaitUnderWatchdog((*gateway)->address(), signals);
  Log(LogLevel::kInfo, "stopping", {{"signal", absl::StrCat(signal)}});
  NotifySystemd("STOPPING=1");
  (*gateway)->Shutdown(kShutdownGraceMicros);
  return EX_OK;
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("HTTP in front of a Provision Engine: REST, streams and the page.");
  app.set_version_flag("--version", PE_VERSION);
  app.add_option("--engine", flags.engine, "127.0.0.1:PORT of the engine")->required()->envname("PE_ENGINE");
  app.add_option("--http-listen", flags.http_listen, "127.0.0.1:PORT, port 0 for a free one")
      ->envname("PE_HTTP_LISTEN")
      ->capture_default_str();
  app.add_option("--http-hosts", flags.http_hosts, "names besides localhost to answer to")
      ->envname("PE_HTTP_HOSTS")
      ->delimiter(',');
  app.add_option("--web-root", flags.web_root, "folder with the page's files instead of those in the program")
      ->envname("PE_WEB_ROOT");
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")->capture_default_str();
  app.add_option("--ready-file", flags.ready_file, "file written (JSON: http, pid) once calls are served");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EX_OK : EX_USAGE;
  }
  const auto level = ParseLogLevel(flags.log_level);
  if (!level.ok()) return Fail(EX_USAGE, level.status().message());
  const absl::Status engine = CheckEngine(flags.engine);
  if (!engine.ok()) return Fail(EX_USAGE, engine.message());
  OpenLog(*level, LogFormat::kAuto);
  StopSignals signals;
  RaiseDescriptorLimit(kWantedDescriptors);
  return Serve(flags, signals);
}

}  // namespace
}  // namespace pe

int main(int argc, char** argv) { return pe::Main(argc, argv); }
