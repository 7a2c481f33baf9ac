// provisiond: configuration -> components -> serve. The only file that names concrete backends, and all it does is
// wire.
#include <signal.h>
#include <sodium.h>
#include <sysexits.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "client/cpp/default_paths.h"
#include "server/api/api_server.h"
#include "server/api/limits.h"
#include "server/api/own_listener.h"
#include "server/config/data_files.h"
#include "server/config/load.h"
#include "server/config/process.h"
#include "server/config/readiness.h"
#include "server/config/units.h"
#include "server/config/watchdog.h"
#include "server/database/commands.h"
#include "server/download/downloader.h"
#include "server/engine/engine.h"
#include "server/gateway/gateway.h"
#include "server/gateway/own_listener.h"
#include "server/log.h"
#include "server/metrics/engine_metrics.h"
#include "server/transport/all.h"
#include "storage/sqlite/sqlite_store.h"

namespace pe {
namespace {

constexpr int64_t kShutdownGraceMicros = 5 * kMicrosPerSecond;

// Errors of starting, with the exit code that says what kind they are.
int Fail(int code, const absl::Status& status) {
  absl::FPrintF(stderr, "provisiond: %s\n", status.message());
  return code;
}

void SayRetention(const absl::StatusOr<RetentionResult>& result) {
  if (result.ok()) {
    return Log(LogLevel::kInfo, "events of ended jobs were dropped",
               {{"events", absl::StrCat(result->events)}, {"bytes", absl::StrCat(result->bytes)}});
  }
  Log(LogLevel::kWarning, "events of ended jobs could not be dropped; it is tried again",
      {{"error", std::string(result.status().message())}});
}

EngineOptions MakeEngineOptions(const Config& config, std::string secret_key) {
  EngineOptions options;
  options.secret_key = std::move(secret_key);
  options.environment = absl::StrCat("environments/", config.environment);
  for (const CredentialConfig& c : config.credentials) {
    options.credentials[c.name] = Credential{c.name, c.user, c.key_files, c.agent_socket, c.become, c.ssh_config};
  }
  if (!config.retention_age.empty()) options.retention.age_micros = *ParseSpan(config.retention_age);
  if (!config.retention_size.empty()) options.retention.max_bytes = *ParseByteSize(config.retention_size);
  options.on_retention = SayRetention;
  options.credentials.try_emplace("default", Credential{.name = "default"});
  return options;
}

DownloadOptions MakeDownloadOptions(const Config& config) {
  DownloadOptions options;
  options.folder = absl::StrCat(config.data_dir, "/blobs");
  if (config.download_hosts != "*") options.allow_hosts = absl::StrSplit(config.download_hosts, ',');
  options.allow_private = config.download_private == "true";
  return options;
}

absl::StatusOr<std::unique_ptr<gateway::Gateway>> StartGateway(const Config& config, ApiServer& api) {
  if (config.http_listen.empty()) return nullptr;
  gateway::GatewayOptions options;
  options.listen = config.http_listen;
  if (!config.http_hosts.empty()) options.hosts = absl::StrSplit(config.http_hosts, ',');
  options.web_root = config.web_root;
  options.version = PE_VERSION;
  options.connect = [&api] { return api.InProcessChannel(); };
  return gateway::Gateway::Start(std::move(options));
}

void SayHowToUse(const Config& config, const ApiServer& api, const std::string& http) {
  absl::PrintF("provisiond is ready.\n");
  if (!api.unix_socket().empty()) absl::PrintF("  socket   %s\n", api.unix_socket());
  if (!api.tcp_address().empty()) {
    absl::PrintF("  address  http://%s   (gRPC; header \"authorization: Bearer $(cat %s/token)\")\n", api.tcp_address(),
                 config.data_dir);
  }
  if (!http.empty()) {
    absl::PrintF("  REST     http://%s/v1/jobs   (the same header)\n", http);
    // The token itself is not printed, for what is printed may end up in a log; and a browser keeps a fragment to
    // itself.
    absl::PrintF("  page     xdg-open \"http://%s/#token=$(cat %s/token)\"\n", http, config.data_dir);
  }
  absl::PrintF("  data     %s\n\nNext:\n", config.data_dir);
  const bool usual = api.unix_socket() == provision::client::DefaultSocketPath();
  const std::string pe = usual                       ? "pe"
                         : api.unix_socket().empty() ? absl::StrCat("pe --engine ", api.tcp_address(), " --token-file ",
                                                                    config.data_dir, "/token")
                                                     : absl::StrCat("pe --engine unix:", api.unix_socket());
  absl::PrintF("  %s apply -f spec.yaml --target local://localhost\n  %s list\n  %s resource list\n\n", pe, pe, pe);
  fflush(stdout);
}

// Every listener that there is must answer. The number of the signal that ends the program.
int WaitUnderWatchdog(const ApiServer& api, const std::string& http, StopSignals& signals) {
  const std::string target = api.unix_socket().empty() ? api.tcp_address() : absl::StrCat("unix:", api.unix_socket());
  const int64_t patience = Watchdog::WantedMicros() / 6;  // for each of two
  Watchdog watchdog([target, http, patience] {
    return (target.empty() || HealthAnswers(target, patience)) &&
           (http.empty() || gateway::HealthzAnswers(http, patience));
  });
  return signals.Wait();
}

int Serve(const Config& config, StopSignals& signals) {
  SystemClock clock;
  SystemRandom random;
  if (const auto made = MakePrivateFolder(config.data_dir); !made.ok()) return Fail(EX_CONFIG, made);
  std::atomic<bool> damaged = false;
  const auto on_damage = [&damaged](const absl::Status& status) {
    Log(LogLevel::kError, "the engine stops", {{"error", std::string(status.message())}});
    damaged = true;
    kill(getpid(), SIGTERM);
  };
  auto store = OpenSqliteStore({.folder = config.data_dir, .on_damage = on_damage}, random);
  if (absl::IsDataLoss(store.status())) return Fail(EX_DATAERR, store.status());
  if (!store.ok()) {
    const bool second =
        absl::IsFailedPrecondition(store.status()) && absl::StrContains(store.status().message(), "another engine");
    return Fail(second ? EX_TEMPFAIL : EX_CANTCREAT, store.status());
  }
  auto secret_key = ReadOrMakeSecretKey(config.data_dir);
  if (!secret_key.ok()) return Fail(EX_CONFIG, secret_key.status());
  auto token = MakeToken(config.data_dir);
  if (!token.ok()) return Fail(EX_CANTCREAT, token.status());
  if (config.socket == provision::client::DefaultSocketPath()) {
    const auto made = MakePrivateFolder(provision::client::DefaultRuntimeDirectory());
    if (!made.ok()) return Fail(EX_CONFIG, made);
  }
  EventHub hub;
  auto api = ApiServer::Open({.unix_socket = config.socket, .tcp = config.listen, .token = *token});
  if (!api.ok()) return Fail(EX_UNAVAILABLE, api.status());

  auto transports = MakeTransports({.binaries = {config.agent_dir}});
  auto downloader = Downloader::Start(MakeDownloadOptions(config), clock);
  if (!downloader.ok()) return Fail(EX_CANTCREAT, downloader.status());
  EngineMetrics metrics(PE_VERSION);
  EngineParts parts{.store = store->get(),
                    .clock = &clock,
                    .random = &random,
                    .hub = &hub,
                    .blobs = downloader->get(),
                    .observer = &metrics};
  if (!transports.ok()) return Fail(EX_SOFTWARE, transports.status());
  for (const auto& [name, transport] : *transports) parts.transports[name] = transport.get();
  auto engine = StartEngine(parts, MakeEngineOptions(config, *std::move(secret_key)));
  if (!engine.ok())
    return Fail(absl::IsFailedPrecondition(engine.status()) ? EX_TEMPFAIL : EX_SOFTWARE, engine.status());
  if (const auto served = (*api)->Serve(
          {engine->get(), store->get(), &hub, &clock,
           [&metrics](const EngineCounts& counts, int64_t watches) { return metrics.Text(counts, watches); }});
      !served.ok())
    return Fail(EX_SOFTWARE, served);

  auto http = StartGateway(config, **api);
  if (!http.ok()) {
    (*api)->Shutdown(0);  // before the engine goes
    return Fail(EX_UNAVAILABLE, http.status());
  }
  const std::string http_address = *http == nullptr ? "" : (*http)->address();

  if (!config.ready_file.empty()) {
    const auto written =
        WriteReadyFile(config.ready_file, {(*api)->unix_socket(), (*api)->tcp_address(), http_address});
    if (!written.ok()) {
      *http = nullptr;
      (*api)->Shutdown(0);  // before the engine goes
      return Fail(EX_CANTCREAT, written);
    }
  }
  NotifySystemd("READY=1");
  Log(LogLevel::kInfo, "serving",
      {{"socket", (*api)->unix_socket()},
       {"address", (*api)->tcp_address()},
       {"http", http_address},
       {"data", config.data_dir}});
  if (config.dev) SayHowToUse(config, **api, http_address);

  const int signal = WaitUnderWatchdog(**api, http_address, signals);
  Log(LogLevel::kInfo, "stopping; jobs on hosts go on", {{"signal", absl::StrCat(signal)}});
  NotifySystemd("STOPPING=1");
  if (!config.ready_file.empty()) unlink(config.ready_file.c_str());
  if (*http != nullptr) (*http)->Shutdown(kShutdownGraceMicros);
  (*api)->StopAccepting();
  (*engine)->Drain();
  (*api)->Shutdown(kShutdownGraceMicros);
  Log(LogLevel::kInfo, "stopped");
  return damaged ? EX_DATAERR : EX_OK;
}

int Main(int argc, char** argv) {
  if (sodium_init() < 0) return Fail(EX_SOFTWARE, absl::InternalError("libsodium does not start"));
  const ParsedFlags parsed = ParseFlags(argc, argv, PE_VERSION);
  if (parsed.exit_code.has_value()) return *parsed.exit_code;
  const auto config = LoadConfig(parsed.flags, provision::client::DefaultSocketPath());
  if (!config.ok()) return Fail(EX_CONFIG, config.status());
  if (parsed.flags.print_config) absl::PrintF("%s", PrintConfig(*config));
  if (parsed.flags.check_config) absl::PrintF("The configuration is good.\n");
  if (parsed.flags.print_config || parsed.flags.check_config) return EX_OK;
  if (parsed.flags.command == Command::kBackup) return BackupCommand(*config, parsed.flags);
  if (parsed.flags.command == Command::kRestore) return RestoreCommand(*config, parsed.flags);
  const LogFormat format = config->log_format == "text"   ? LogFormat::kText
                           : config->log_format == "json" ? LogFormat::kJson
                                                          : LogFormat::kAuto;
  OpenLog(*ParseLogLevel(config->log_level), format);
  StopSignals signals;
  if (config->dev && geteuid() == 0) {
    Log(LogLevel::kWarning,
        "running as root: local and rootfs targets change this machine; use a user of its own outside a trial");
  }
  if (RaiseDescriptorLimit(kWantedDescriptors) < 4096) {
    Log(LogLevel::kWarning, "the limit of open files is low, so few connections fit; raise LimitNOFILE or `ulimit -n`");
  }
  return Serve(*config, signals);
}

}  // namespace
}  // namespace pe

int main(int argc, char** argv) { return pe::Main(argc, argv); }
