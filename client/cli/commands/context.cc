#include "client/cli/commands/context.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/message_text.h"
#include "client/cli/progress/words.h"
#include "client/cpp/error.h"

namespace pe::cli {
namespace {

constexpr size_t kJobIdLength = 16;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<std::string> Token(const std::string& file) {
  if (file.empty()) return Variable("PE_TOKEN");
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return absl::InvalidArgumentError(absl::StrCat("cannot read a token from ", file));
  return std::string(absl::StripAsciiWhitespace(line));
}

void Write(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;  // nobody reads any more; the job does not care
    if (n > 0) text.remove_prefix(static_cast<size_t>(n));
  }
}

// What to do next about an error, by its reason; empty when the message says it all.
std::string HintFor(const absl::Status& status, const provision::client::ErrorDetails& details) {
  if (details.reason == "TOKEN_MISSING") return "set PE_TOKEN, or name a file with --token-file";
  if (details.reason == "TOKEN_WRONG")
    return "the engine makes a new token with every start; look at its URL or token file again";
  if (details.reason == "REQUEST_ID_REUSED") return "use another --request-id, or the very same request";
  if (details.reason == "RESOURCE_DISABLED")
    return "see `pe resource list`; take it into use again with `pe resource enable NAME`";
  if (absl::IsUnavailable(status))
    return "is provisiond running? Start one with `provisiond --dev`, or name another with --engine or PE_ENGINE";
  if (absl::IsNotFound(status) && details.resource_type == "provision.dev/Job") return "`pe list` shows the jobs";
  if (absl::IsNotFound(status) && details.resource_type == "provision.dev/Resource")
    return "`pe resource list` shows the resources";
  if (details.retry_after_ms.has_value())
    return absl::StrCat("try again in ", DurationText(*details.retry_after_ms * 1000));
  return "";
}

}  // namespace

absl::StatusOr<provision::client::Connection*> Context::Engine() {
  if (connection_ == nullptr) {
    PE_ASSIGN_OR_RETURN(std::string token, Token(options_.token_file));
    PE_ASSIGN_OR_RETURN(connection_, provision::client::Connection::Open({.engine = options_.engine,
                                                                          .token = std::move(token),
                                                                          .ca_file = options_.ca_file,
                                                                          .force_tls = options_.tls}));
  }
  return connection_.get();
}

void Context::Out(absl::string_view text) const { Write(STDOUT_FILENO, text); }
void Context::Err(absl::string_view text) const { Write(STDERR_FILENO, text); }
bool Context::err_is_terminal() const { return isatty(STDERR_FILENO) == 1; }
bool Context::err_has_colour() const {
  return err_is_terminal() && Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
}

void Context::Emit(const google::protobuf::Message& message, absl::string_view name,
                   const std::function<std::string()>& table) const {
  if (options_.output == "json") return Out(JsonText(message));
  if (options_.output == "yaml") return Out(YamlText(message));
  if (options_.output == "name") return name.empty() ? void() : Out(absl::StrCat(name, "\n"));
  Out(table());
}

int Context::Fail(const absl::Status& status, const SpecFile* spec) const {
  const auto details = provision::client::DetailsOf(status);
  std::vector<Problem> in_file;
  std::string other;
  for (const auto& violation : details.violations) {
    if (spec != nullptr && absl::StartsWith(violation.field, "spec.")) {
      in_file.push_back(WithPlace(*spec, violation.field, violation.description));
    } else {
      absl::StrAppend(&other, "pe: ", OneLine(violation.field), ": ", OneLine(violation.description), "\n");
    }
  }
  if (spec != nullptr) Err(FormatProblems(spec->document, std::move(in_file), err_is_terminal()));
  Err(other);
  if (details.violations.empty()) Err(absl::StrCat("pe: ", OneLine(status.message()), "\n"));
  if (const std::string hint = HintFor(status, details); !hint.empty()) Err(absl::StrCat("hint: ", hint, "\n"));
  return ExitCodeOf(status);
}

int Context::FailUsage(absl::string_view message) const {
  Err(absl::StrCat("pe: ", message, "\n"));
  return kExitUsage;
}

absl::StatusOr<std::string> ResolveJob(Context* context, absl::string_view text) {
  if (absl::StartsWith(text, "jobs/")) return std::string(text);
  if (text.size() == kJobIdLength) return absl::StrCat("jobs/", text);
  PE_ASSIGN_OR_RETURN(auto* const engine, context->Engine());
  const bool latest = text == "latest" || text == "-";
  provision::v1::ListRequest request;
  request.set_page_size(latest ? 1 : 1000);
  PE_ASSIGN_OR_RETURN(const auto page, engine->List(request));
  if (latest && page.jobs().empty()) return absl::NotFoundError("there is no job yet");
  if (latest) return page.jobs(0).name();
  std::vector<std::string> found;
  for (const auto& job : page.jobs()) {
    if (absl::StartsWith(job.name(), absl::StrCat("jobs/", text))) found.push_back(job.name());
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) return absl::StrCat("jobs/", text);  // the engine says that it is not there
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" begins the ids of ", found.size(), " jobs; write more of it"));
}

std::vector<std::string> JobNames(Context* context) {
  const auto engine = context->Engine();
  if (!engine.ok()) return {};
  provision::v1::ListRequest request;
  request.set_page_size(50);
  const auto page = (*engine)->List(request);
  std::vector<std::string> out;
  if (page.ok()) {
    for (const auto& job : page->jobs()) out.push_back(ShortName(job.name()));
  }
  return out;
}

std::vector<std::string> ResourceNames(Context* context) {
  const auto engine = context->Engine();
  if (!engine.ok()) return {};
  provision::v1::ListResourcesRequest request;
  request.set_page_size(1000);
  const auto page = (*engine)->ListResources(request);
  std::vector<std::string> out;
  if (page.ok()) {
    for (const auto& resource : page->resources()) out.push_back(ShortName(resource.name()));
  }
  return out;
}

std::vector<std::string> EnvironmentNames(Context* context) {
  const auto engine = context->Engine();
  if (!engine.ok()) return {};
  provision::v1::ListEnvironmentsRequest request;
  request.set_page_size(1000);
  const auto page = (*engine)->ListEnvironments(request);
  std::vector<std::string> out;
  if (page.ok()) {
    for (const auto& environment : page->environments()) out.push_back(ShortName(environment.name()));
  }
  return out;
}

std::string ResourceName(absl::string_view text) {
  return absl::StartsWith(text, "resources/") ? std::string(text) : absl::StrCat("resources/", text);
}

}  // namespace pe::cli
