// The log: one line an entry on stderr, text on a terminal, JSON otherwise. spdlog is behind this and nowhere else.
// Values are shortened and made printable; secrets are never given to it.
// Thread rule: thread-safe; OpenLog is called once, before threads.
#ifndef SERVER_LOG_H_
#define SERVER_LOG_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kAuto, kText, kJson };  // kAuto: text when stderr is a terminal

using LogField = std::pair<absl::string_view, std::string>;

// "debug", "info", "warning" or "error".
absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view name);
void OpenLog(LogLevel least, LogFormat format);

// One entry, for example Log(LogLevel::kInfo, "job ended", {{"job", name}, {"state", "FAILED"}}). Before OpenLog:
// nothing.
void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields = {});

// The line that JSON format writes, without its end; for tests.
std::string JsonLogLine(absl::string_view time, LogLevel level, absl::string_view message,
                        std::initializer_list<LogField> fields);

}  // namespace pe

#endif  // SERVER_LOG_H_
