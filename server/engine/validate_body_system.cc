// Checks of accounts, units, kernel parameters and commands.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/engine/validate_body.h"

namespace pe {
namespace {

using provision::v1::Exec;
using provision::v1::Unit;

constexpr int64_t kMaxId = 0xfffffffe;                // the largest but (uid_t) -1, which means "none"
constexpr int64_t kMaxStableMillis = 10 * 60 * 1000;  // a step's default timeout

const char* Shell(absl::string_view text) { return rule::AbsolutePath(text); }

const char* Comment(absl::string_view text) {
  return rule::OneLine(text) == nullptr && !absl::StrContains(text, ":")
             ? nullptr
             : "has a ':' or a control character, which /etc/passwd cannot hold";
}

void CheckArgv(const google::protobuf::RepeatedPtrField<std::string>& argv, const FieldPath& path,
               absl::string_view field, Report* report) {
  if (argv.empty()) return;
  if (argv[0].empty()) return report->Add(FieldPath(path, field, 0), "the program is empty");
  report->Optional(path, field, argv[0], rule::Program);
  report->Each(path, field, argv, rule::Argument);
}

void CheckCommand(const Exec& exec, const FieldPath& path, Report* report) {
  if (exec.argv().empty() && exec.command().empty()) {
    report->Add(path, "needs argv (program and arguments), or command with shell: true");
  } else if (!exec.argv().empty() && !exec.command().empty()) {
    report->Add(path, "command", "is set beside argv; set one of them");
  } else if (!exec.command().empty() && !exec.shell()) {
    report->Add(path, "command", "is a line for /bin/sh and needs shell: true; argv needs no shell");
  } else if (!exec.argv().empty() && exec.shell()) {
    report->Add(path, "shell", "has a meaning only with command; argv is run without a shell");
  }
  CheckArgv(exec.argv(), path, "argv", report);
  report->Optional(path, "command", exec.command(), rule::Argument);
}

void CheckChanged(const Exec& exec, const FieldPath& path, Report* report) {
  const bool output = exec.changed() == Exec::OUTPUT;
  if (output) report->Required(path, "changed_pattern", exec.changed_pattern(), rule::Pattern);
  if (!output && !exec.changed_pattern().empty())
    report->Add(path, "changed_pattern", "has a meaning only with changed: OUTPUT");
  const bool code = exec.changed() == Exec::EXIT_CODE;
  if (code) report->Range(path, "changed_exit_code", exec.changed_exit_code(), 1, 255);
  if (!code && exec.changed_exit_code() != 0)
    report->Add(path, "changed_exit_code", "has a meaning only with changed: EXIT_CODE");
  for (const int32_t success : exec.success_codes()) report->Range(path, "success_codes", success, 0, 255);
}

}  // namespace

void Check(const provision::v1::User& user, const FieldPath& path, Report* report) {
  report->Required(path, "name", user.name(), rule::UserName);
  report->Range(path, "uid", user.uid(), 0, kMaxId);
  report->Optional(path, "group", user.group(), rule::Owner);
  report->Each(path, "groups", user.groups(), rule::Owner);
  report->Optional(path, "home", user.home(), rule::AbsolutePath);
  report->Optional(path, "shell", user.shell(), Shell);
  report->Optional(path, "comment", user.comment(), Comment);
  report->Optional(path, "password_hash", user.password_hash(), rule::PasswordHash);
  if (user.state() == provision::v1::ABSENT && user.name() == "root")
    report->Add(path, "name", "'root' cannot be removed");
}

void Check(const provision::v1::Group& group, const FieldPath& path, Report* report) {
  report->Required(path, "name", group.name(), rule::UserName);
  report->Range(path, "gid", group.gid(), 0, kMaxId);
  if (group.state() == provision::v1::ABSENT && group.name() == "root")
    report->Add(path, "name", "'root' cannot be removed");
}

void Check(const provision::v1::AuthorizedKey& key, const FieldPath& path, Report* report) {
  report->Required(path, "user", key.user(), rule::LoginName);
  report->Required(path, "key", key.key(), rule::PublicKey);
  report->Optional(path, "options", key.options(), rule::OneLine);
}

void Check(const Unit& unit, const FieldPath& path, Report* report) {
  report->Required(path, "name", unit.name(), rule::UnitName);
  if (unit.has_enabled() && unit.enablement() != Unit::ENABLEMENT_UNSPECIFIED) {
    report->Add(path, "enabled", "is set beside enablement; set one of them");
  }
  if (unit.enablement() == Unit::MASKED && unit.state() != Unit::STATE_UNSPECIFIED && unit.state() != Unit::STOPPED) {
    report->Add(path, "state", "a masked unit cannot be started");
  }
  if (unit.enablement() == Unit::MASKED && !unit.content().empty())
    report->Add(path, "content", "a masked unit has no file of its own");
  report->Optional(path, "content", unit.content(), rule::NoNul);
  for (int i = 0; i < unit.drop_ins_size() && !report->full(); ++i) {
    const FieldPath drop_in(path, "drop_ins", i);
    report->Required(drop_in, "name", unit.drop_ins(i).name(), rule::DropInName);
    report->Required(drop_in, "content", unit.drop_ins(i).content(), rule::NoNul);
  }
  report->Range(path, "stable_window_ms", unit.stable_window_ms(), 0, kMaxStableMillis);
}

void Check(const provision::v1::Sysctl& sysctl, const FieldPath& path, Report* report) {
  report->Required(path, "key", sysctl.key(), rule::SysctlKey);
  report->Required(path, "value", sysctl.value(), rule::OneLine);
  report->Optional(path, "file", sysctl.file(), rule::SysctlFile);
}

void Check(const provision::v1::Hostname& hostname, const FieldPath& path, Report* report) {
  report->Required(path, "name", hostname.name(), rule::Hostname);
  if (hostname.name().size() > 64)
    report->Add(path, "name", "is longer than the kernel lets a host name be (64 characters)");
}

void Check(const provision::v1::Reboot&, const FieldPath&, Report*) {}  // whether the host can, its facts say

void Check(const Exec& exec, const FieldPath& path, Report* report) {
  CheckCommand(exec, path, report);
  CheckChanged(exec, path, report);
  report->Optional(path, "creates", exec.creates(), rule::AbsolutePath);
  CheckArgv(exec.unless(), path, "unless", report);
  CheckArgv(exec.only_if(), path, "only_if", report);
  CheckArgv(exec.undo(), path, "undo", report);
  report->Optional(path, "directory", exec.directory(), rule::AbsolutePath);
  for (int i = 0; i < exec.environment_size() && !report->full(); ++i) {
    const FieldPath variable(path, "environment", i);
    report->Required(variable, "name", exec.environment(i).name(), rule::EnvironmentVariable);
    report->Optional(variable, "value", exec.environment(i).value(), rule::Argument);
  }
  report->Optional(path, "user", exec.user(), rule::Owner);
}

}  // namespace pe
