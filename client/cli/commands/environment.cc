// `pe env`: what all jobs of dev, test or prod have in common.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/rollout.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/table.h"
#include "client/cli/progress/waves.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

using provision::client::Connection;
using provision::v1::Environment;

std::string NameOf(const EnvironmentOptions& options) { return absl::StrCat("environments/", ShortName(options.name)); }

std::vector<std::string> VariablesOf(const Environment& environment) {
  std::vector<std::string> out;
  for (const auto& [name, value] : environment.variables())
    out.push_back(absl::StrCat(OneLine(name), "=", OneLine(value)));
  std::sort(out.begin(), out.end());
  return out;
}

std::string ApprovalText(const Environment& environment) {
  return environment.approval_required() ? "required" : "none";
}

std::string EnvironmentText(const Environment& environment) {
  Table table({"NAME", ShortName(environment.name())});
  if (!environment.description().empty()) table.Add({"DESCRIPTION", OneLine(environment.description())});
  table.Add({"APPROVAL", ApprovalText(environment)});
  if (environment.parallelism() > 0) table.Add({"PARALLELISM", absl::StrCat(environment.parallelism())});
  if (environment.has_rollout()) table.Add({"ROLLOUT", RolloutLine(environment.rollout())});
  for (const std::string& variable : VariablesOf(environment)) table.Add({"VARIABLE", variable});
  return table.Text();
}

std::string ListText(const provision::v1::ListEnvironmentsResponse& all) {
  Table table({"NAME", "APPROVAL", "VARIABLES", "DESCRIPTION"});
  for (const Environment& environment : all.environments()) {
    table.Add({ShortName(environment.name()), ApprovalText(environment), absl::StrJoin(VariablesOf(environment), ","),
               OneLine(environment.description())});
  }
  return table.Text();
}

// The fields that were given, and their names for an update mask. Variables are added to those in `environment`.
absl::Status Fill(const EnvironmentOptions& options, Environment* environment, google::protobuf::FieldMask* mask) {
  if (options.description.has_value()) {
    environment->set_description(*options.description);
    mask->add_paths("description");
  }
  if (options.parallelism.has_value()) {
    environment->set_parallelism(*options.parallelism);
    mask->add_paths("parallelism");
  }
  if (options.approval.has_value()) {
    environment->set_approval_required(*options.approval == "required");
    mask->add_paths("approval_required");
  }
  PE_ASSIGN_OR_RETURN(auto rollout, ReadRollout(options.rollout));
  if (rollout.has_value() && options.no_rollout)
    return absl::InvalidArgumentError("--no-rollout and flags of a rollout do not go together");
  if (rollout.has_value() || options.no_rollout) {
    environment->clear_rollout();
    mask->add_paths("rollout");
  }
  if (rollout.has_value()) *environment->mutable_rollout() = *std::move(rollout);
  if (options.vars.empty() && options.unset.empty()) return absl::OkStatus();
  mask->add_paths("variables");
  for (const std::string& name : options.unset) environment->mutable_variables()->erase(name);
  for (const std::string& var : options.vars) {
    const size_t equals = var.find('=');
    if (equals == std::string::npos || equals == 0)
      return absl::InvalidArgumentError(absl::StrCat("--var ", OneLine(var), " wants NAME=VALUE"));
    (*environment->mutable_variables())[var.substr(0, equals)] = var.substr(equals + 1);
  }
  return absl::OkStatus();
}

// Connects, calls, and shows the environment that comes back.
template <typename Call>
int Show(Context* context, Call call) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  const absl::StatusOr<Environment> environment = call(*engine);
  if (!environment.ok()) return context->Fail(environment.status());
  context->Emit(*environment, environment->name(), [&] { return EnvironmentText(*environment); });
  return kExitOk;
}

absl::StatusOr<Environment> Get(Connection* engine, const EnvironmentOptions& options) {
  provision::v1::GetEnvironmentRequest request;
  request.set_name(NameOf(options));
  return engine->GetEnvironment(request);
}

}  // namespace

int EnvironmentList(Context* context, const EnvironmentOptions&) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::ListEnvironmentsResponse all;
  provision::v1::ListEnvironmentsRequest request;
  request.set_page_size(1000);
  do {
    auto page = (*engine)->ListEnvironments(request);
    if (!page.ok()) return context->Fail(page.status());
    for (auto& environment : *page->mutable_environments()) *all.add_environments() = std::move(environment);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  if (context->options().output == "name") {
    for (const Environment& environment : all.environments()) context->Out(environment.name() + "\n");
  } else {
    context->Emit(all, "", [&] { return ListText(all); });
  }
  return kExitOk;
}

int EnvironmentGet(Context* context, const EnvironmentOptions& options) {
  return Show(context, [&](Connection* engine) { return Get(engine, options); });
}

int EnvironmentCreate(Context* context, const EnvironmentOptions& options) {
  return Show(context, [&](Connection* engine) -> absl::StatusOr<Environment> {
    provision::v1::CreateEnvironmentRequest request;
    google::protobuf::FieldMask ignored;
    request.set_environment_id(ShortName(options.name));
    PE_RETURN_IF_ERROR(Fill(options, request.mutable_environment(), &ignored));
    return engine->CreateEnvironment(request);
  });
}

// Reads, changes and writes with the etag that was read, so that nobody's variables are lost.
int EnvironmentSet(Context* context, const EnvironmentOptions& options) {
  return Show(context, [&](Connection* engine) -> absl::StatusOr<Environment> {
    provision::v1::UpdateEnvironmentRequest request;
    PE_ASSIGN_OR_RETURN(*request.mutable_environment(), Get(engine, options));
    PE_RETURN_IF_ERROR(Fill(options, request.mutable_environment(), request.mutable_update_mask()));
    if (request.update_mask().paths().empty())
      return absl::InvalidArgumentError(
          "what? Give --var, --unset, --approval, --parallelism, --description or a rollout");
    return engine->UpdateEnvironment(request);
  });
}

int EnvironmentDelete(Context* context, const EnvironmentOptions& options) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::DeleteEnvironmentRequest request;
  request.set_name(NameOf(options));
  const absl::Status deleted = (*engine)->DeleteEnvironment(request);
  if (!deleted.ok()) return context->Fail(deleted);
  context->Err(absl::StrCat("pe: ", OneLine(request.name()), " is removed\n"));
  return kExitOk;
}

}  // namespace pe::cli
