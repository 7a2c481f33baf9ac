#include "client/cli/commands/request.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "base/text.h"
#include "client/cli/commands/rollout.h"
#include "client/cli/spec_file/variables_file.h"

namespace pe::cli {
namespace {

using provision::v1::ProvisionRequest;
using provision::v1::Variable;

// "name=value" in two; INVALID_ARGUMENT with the flag's name.
absl::StatusOr<std::pair<std::string, std::string>> Split(absl::string_view text, absl::string_view flag,
                                                          absl::string_view form) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    // The value may be a secret that was typed wrongly, so it is not repeated.
    return absl::InvalidArgumentError(absl::StrCat(flag, " wants ", form));
  }
  return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

// One final newline is the editor's, not the secret's.
std::string WithoutNewline(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

absl::StatusOr<std::string> ReadSecret(const std::string& name, absl::string_view source) {
  if (absl::ConsumePrefix(&source, "env:")) {
    const char* const value = std::getenv(std::string(source).c_str());
    if (value == nullptr)
      return absl::InvalidArgumentError(absl::StrCat("--secret ", name, ": the environment has no ", source));
    return std::string(value);
  }
  const bool file = absl::ConsumePrefix(&source, "file:");
  if (file || source == "stdin") {
    PE_ASSIGN_OR_RETURN(Document document, ReadDocument(file ? std::string(source) : "-"));
    return WithoutNewline(std::move(document.text));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--secret ", name, " wants env:NAME, file:PATH or stdin; the value itself would be visible in the process list"));
}

bool IsSecret(const provision::v1::ServiceSpec* spec, const std::string& name) {
  return spec != nullptr &&
         std::any_of(spec->variables().begin(), spec->variables().end(), [&](const Variable& variable) {
           return variable.name() == name && variable.type() == Variable::SECRET;
         });
}

bool IsResourceId(absl::string_view text) {
  return !text.empty() && text.size() <= 63 && absl::ascii_islower(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; });
}

absl::Status AddTargets(const ApplyOptions& options, ProvisionRequest* request) {
  int inlines = 0;
  for (const std::string& target : options.targets) {
    auto* const selector = request->add_targets();
    if (absl::StrContains(target, "://")) {
      ++inlines;
      selector->mutable_inline_()->set_address(target);
      selector->mutable_inline_()->set_host_key(options.host_key);
      selector->mutable_inline_()->set_credential(options.credential);
    } else if (absl::StartsWith(target, "resources/")) {
      selector->set_resource(target);
    } else if (IsResourceId(target)) {
      selector->set_resource(absl::StrCat("resources/", target));
    } else {
      return absl::InvalidArgumentError(absl::StrCat("--target ", Printable(target), " is neither an address (ssh://",
                                                     Printable(target),
                                                     ") nor a resource's name; `pe resource list` shows those"));
    }
  }
  for (const std::string& selector : options.selectors) request->add_targets()->set_label_selector(selector);
  if (request->targets().empty())
    return absl::InvalidArgumentError("where? Name a --target (ssh://root@host, or a resource) or a --selector");
  if (inlines == 0 && !(options.host_key.empty() && options.credential.empty())) {
    return absl::InvalidArgumentError(
        "--host-key and --credential belong to a --target that is an address; a resource has its own");
  }
  if (inlines > 1 && !options.host_key.empty())
    return absl::InvalidArgumentError("--host-key is for one --target; hosts do not share keys");
  return absl::OkStatus();
}

absl::Status SetTimeout(const std::string& text, ProvisionRequest* request) {
  if (text.empty()) return absl::OkStatus();
  absl::Duration timeout;
  if (!absl::ParseDuration(text, &timeout) || timeout < absl::Seconds(1) || timeout > absl::Hours(24 * 366)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--timeout ", Printable(text), " is not a time such as 90s, 30m or 2h"));
  }
  request->mutable_timeout()->set_seconds(absl::ToInt64Seconds(timeout));
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadValues(const ValueOptions& options, const provision::v1::ServiceSpec* spec,
                        std::map<std::string, std::string>* values) {
  for (const std::string& path : options.var_files) {
    PE_ASSIGN_OR_RETURN(const Document document, ReadDocument(path));
    std::string problems = FormatProblems(document, ParseVariables(document, values), false);
    if (!problems.empty()) {
      problems.pop_back();
      return absl::InvalidArgumentError(problems);
    }
  }
  for (const std::string& var : options.vars) {
    PE_ASSIGN_OR_RETURN(auto pair, Split(var, "--var", "NAME=VALUE"));
    if (IsSecret(spec, pair.first)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--var ", pair.first, ": it is a secret, and arguments are visible in the process list; use --secret ",
          pair.first, "=env:NAME, =file:PATH or =stdin"));
    }
    (*values)[pair.first] = pair.second;
  }
  int from_stdin = 0;
  for (const std::string& secret : options.secrets) {
    PE_ASSIGN_OR_RETURN(auto pair, Split(secret, "--secret", "NAME=env:NAME, NAME=file:PATH or NAME=stdin"));
    if (pair.second == "stdin" && ++from_stdin > 1)
      return absl::InvalidArgumentError("only one --secret can come from stdin");
    PE_ASSIGN_OR_RETURN((*values)[pair.first], ReadSecret(pair.first, pair.second));
  }
  return absl::OkStatus();
}

absl::Status FillRequest(const ApplyOptions& options, ProvisionRequest* request) {
  PE_RETURN_IF_ERROR(AddTargets(options, request));
  PE_RETURN_IF_ERROR(SetTimeout(options.timeout, request));
  PE_ASSIGN_OR_RETURN(auto rollout, ReadRollout(options.rollout));
  if (rollout.has_value()) *request->mutable_rollout() = *std::move(rollout);
  request->set_mode(options.plan ? provision::v1::Job::PLAN : provision::v1::Job::APPLY);
  request->set_validate_only(options.validate_only);
  request->set_parallelism(options.parallelism);
  request->set_request_id(options.request_id);
  if (request->request_id().empty()) {
    // Always one: whatever sends the call twice makes one job.
    SystemRandom random;
    request->set_request_id(NewId(SystemClock().Wall(), random));
  }
  if (!options.environment.empty()) {
    request->set_environment(absl::StartsWith(options.environment, "environments/")
                                 ? options.environment
                                 : absl::StrCat("environments/", options.environment));
  }
  if (!options.on_failure.empty()) {
    provision::v1::Step::OnFailure value;
    if (provision::v1::Step::OnFailure_Parse(absl::AsciiStrToUpper(options.on_failure), &value))
      request->set_on_failure(value);
  }
  return absl::OkStatus();
}

}  // namespace pe::cli
