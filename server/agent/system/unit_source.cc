#include "server/agent/system/unit_source.h"

#include <cctype>

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

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> SystemdUnitSource::Properties(const std::string& unit,
                                                                                 const std::vector<std::string>& names,
                                                                                 const CancelToken& cancel) {
  PE_ASSIGN_OR_RETURN(DbusConnection systemd, DbusConnection::Open(socket_, cancel));
  PE_ASSIGN_OR_RETURN(const auto loaded, systemd.Call({{kManagerPath, kManager, "LoadUnit", {unit}}}));
  if (!loaded[0].error.empty()) return absl::UnavailableError(loaded[0].error);
  std::vector<DbusCall> calls;
  for (const std::string& name : names) {  // which of the two has it, systemd knows
    calls.push_back({loaded[0].value, kProperties, "Get", {kUnit, name}});
    calls.push_back({loaded[0].value, kProperties, "Get", {KindInterface(unit), name}});
  }
  PE_ASSIGN_OR_RETURN(const auto answers, systemd.Call(calls));
  std::map<std::string, std::string> out;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].error.empty()) out[names[i / 2]] = answers[i].value;
  }
  return out;
}

absl::StatusOr<std::string> SystemdUnitSource::FileState(const std::string& unit, const CancelToken& cancel) {
  PE_ASSIGN_OR_RETURN(DbusConnection systemd, DbusConnection::Open(socket_, cancel));
  PE_ASSIGN_OR_RETURN(const auto answer, systemd.Call({{kManagerPath, kManager, "GetUnitFileState", {unit}}}));
  if (absl::EndsWith(answer[0].error, ".FileNotFound")) return absl::NotFoundError(unit);
  if (!answer[0].error.empty()) return absl::UnavailableError(answer[0].error);
  return answer[0].value;
}

}  // namespace pe::agent
