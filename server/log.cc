#include "server/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/text.h"

namespace pe {
namespace {

constexpr size_t kMaxValue = 4096;

const char* Name(LogLevel level) {
  static constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
  return kNames[static_cast<int>(level)];
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err};
  return kLevels[static_cast<int>(level)];
}

std::string Value(absl::string_view text) { return Printable(Shorten(text, kMaxValue)); }

std::string TextLogLine(absl::string_view time, LogLevel level, absl::string_view message,
                        std::initializer_list<LogField> fields) {
  std::string line = absl::StrCat(time, " ", Name(level), ": ", Value(message));
  for (const auto& [key, value] : fields) absl::StrAppend(&line, " ", key, "=", Value(value));
  return line;
}

// Made once by OpenLog and never destroyed, so that the last threads may still log.
std::atomic<spdlog::logger*> g_logger{nullptr};
std::atomic<bool> g_json{false};

}  // namespace

absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view name) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (name == Name(level)) return level;
  }
  return absl::InvalidArgumentError(absl::StrCat("`", name, "` is not a log level; use debug, info, warning or error"));
}

void OpenLog(LogLevel least, LogFormat format) {
  auto logger = std::make_unique<spdlog::logger>("pe", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(ToSpdlog(least));
  logger->flush_on(spdlog::level::debug);
  g_json = format == LogFormat::kJson || (format == LogFormat::kAuto && isatty(STDERR_FILENO) == 0);
  g_logger = logger.release();
}

std::string JsonLogLine(absl::string_view time, LogLevel level, absl::string_view message,
                        std::initializer_list<LogField> fields) {
  nlohmann::ordered_json line;
  line["time"] = std::string(time);
  line["level"] = Name(level);
  line["message"] = Value(message);
  for (const auto& [key, value] : fields) line[std::string(key)] = Value(value);
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields) {
  spdlog::logger* const logger = g_logger;
  if (logger == nullptr || !logger->should_log(ToSpdlog(level))) return;
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  const std::string line =
      g_json ? JsonLogLine(time, level, message, fields) : TextLogLine(time, level, message, fields);
  logger->log(ToSpdlog(level), line);
}

}  // namespace pe
