#include "server/agent/system/unit_source.h"

#include <cctype>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/agent/system/dbus_connection.h"

namespace pe::agent {
namespace {

constexpr char kManagerPath[] = "/org/freedesktop/systemd1";
constexpr char kManager[] = "org.freedesktop.systemd1.Manager";
constexpr char kUnit[] = "org.freedesktop.systemd1.Unit";
constexpr char kProperties[] = "org.freedesktop.DBus.Properties";

// "web.service" has its own properties in "org.freedesktop.systemd1.Service".
std::string KindInterface(const std::string& unit) {
  std::string kind = unit.substr(unit.rfind('.') + 1);
  if (!kind.empty()) kind[0] = static_cast<char>(toupper(static_cast<unsigned char>(kind[0])));
  return "org.freedesktop.systemd1." + kind;
}

// The others are of every unit.
bool OfKind(absl::string_view property) {
  static constexpr absl::string_view kOwn[] = {"Type", "Result", "NRestarts", "ExecMainExitTimestampMonotonic"};
  return absl::c_linear_search(kOwn, property);
}

}  // namespace

absl::StatusOr<DbusMessage> SystemdUnitSource::CallManager(DbusCall call, const CancelToken& cancel) {
  PE_ASSIGN_OR_RETURN(DbusConnection systemd, DbusConnection::Open(socket_, cancel));
  call.path = kManagerPath;
  call.interface = kManager;
  PE_ASSIGN_OR_RETURN(std::vector<DbusMessage> answers, systemd.Call({std::move(call)}));
  return std::move(answers[0]);
}

absl::StatusOr<std::map<std::string, std::string>> SystemdUnitSource::Properties(const std::string& unit,
                                                                                 const std::vector<std::string>& names,
                                                                                 const CancelToken& cancel) {
  PE_ASSIGN_OR_RETURN(DbusConnection systemd, DbusConnection::Open(socket_, cancel));
  PE_ASSIGN_OR_RETURN(const auto loaded, systemd.Call({{kManagerPath, kManager, "LoadUnit", {unit}}}));
  if (!loaded[0].error.empty()) return absl::UnavailableError(loaded[0].error);
  std::vector<DbusCall> calls;
  for (const std::string& name : names) {
    calls.push_back({loaded[0].value(), kProperties, "Get", {OfKind(name) ? KindInterface(unit) : kUnit, name}});
  }
  PE_ASSIGN_OR_RETURN(const auto answers, systemd.Call(calls));
  std::map<std::string, std::string> out;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].error.empty()) out[names[i]] = answers[i].value();
  }
  return out;
}

absl::StatusOr<std::string> SystemdUnitSource::FileState(const std::string& unit, const CancelToken& cancel) {
  PE_ASSIGN_OR_RETURN(const DbusMessage answer,
                      CallManager({.member = "GetUnitFileState", .arguments = {unit}}, cancel));
  if (absl::EndsWith(answer.error, ".FileNotFound")) return absl::NotFoundError(unit);
  if (!answer.error.empty()) return absl::UnavailableError(answer.error);
  return answer.value();
}

absl::Status SystemdUnitSource::Enable(const std::string& unit, const CancelToken& cancel) {
  // Flags: not until the next boot only; links that lead elsewhere are kept, as without --force.
  PE_ASSIGN_OR_RETURN(const DbusMessage answer,
                      CallManager({.member = "EnableUnitFiles", .list = {unit}, .flags = {false, false}}, cancel));
  if (!answer.error.empty()) return absl::UnavailableError(answer.error);
  return answer.value() == "yes" ? absl::OkStatus() : absl::FailedPreconditionError("no [Install] section");
}

absl::Status SystemdUnitSource::Reload(const CancelToken& cancel) {
  PE_ASSIGN_OR_RETURN(const DbusMessage answer, CallManager({.member = "Reload"}, cancel));
  return answer.error.empty() ? absl::OkStatus() : absl::UnavailableError(answer.error);
}

absl::StatusOr<std::string> SystemdUnitSource::RunJob(absl::string_view verb, const std::string& unit,
                                                      const CancelToken& cancel) {
  static constexpr std::pair<absl::string_view, const char*> kMethods[] = {
      {"start", "StartUnit"},
      {"stop", "StopUnit"},
      {"restart", "RestartUnit"},
      {"reload-or-restart", "ReloadOrRestartUnit"}};
  const auto* const method = absl::c_find_if(kMethods, [&](const auto& known) { return known.first == verb; });
  if (method == std::end(kMethods)) return absl::UnavailableError(verb);
  auto systemd = DbusConnection::Open(socket_, cancel);
  if (!systemd.ok()) return absl::UnavailableError(systemd.status().message());
  const auto answers = systemd->Call({{kManagerPath, kManager, method->second, {unit, "replace"}}});
  if (absl::IsCancelled(answers.status())) return answers.status();
  if (!answers.ok()) return absl::AbortedError(answers.status().message());
  if ((*answers)[0].type == DbusMessage::kError) return absl::UnavailableError((*answers)[0].error);
  // Connections of this kind get all signals. Of JobRemoved: number, path, unit, result.
  const auto removed = systemd->AwaitSignal("JobRemoved", (*answers)[0].value());
  if (absl::IsCancelled(removed.status())) return removed.status();
  if (!removed.ok() || removed->values.size() < 4) return absl::AbortedError(removed.status().message());
  return removed->values[3];
}

}  // namespace pe::agent
