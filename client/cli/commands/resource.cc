#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/table.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

using provision::client::Connection;
using provision::v1::Resource;

std::string StateWord(Resource::State state) { return absl::AsciiStrToLower(Resource::State_Name(state)); }

std::string LabelsText(const Resource& resource) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : resource.labels()) labels.push_back(absl::StrCat(OneLine(key), "=", OneLine(value)));
  std::sort(labels.begin(), labels.end());
  return absl::StrJoin(labels, ",");
}

std::string ResourceText(const Resource& resource) {
  Table table({"NAME", ShortName(resource.name())});
  const auto row = [&](absl::string_view label, std::string value) {
    if (!value.empty()) table.Add({std::string(label), std::move(value)});
  };
  row("STATE",
      absl::StrCat(StateWord(resource.state()), resource.reason().empty() ? "" : ": ", OneLine(resource.reason())));
  row("ADDRESS", OneLine(resource.address()));
  row("ENVIRONMENT", ShortName(resource.environment()));
  row("CREDENTIAL", OneLine(resource.credential()));
  row("LABELS", LabelsText(resource));
  row("HOST KEY", OneLine(resource.host_key()));
  row("OFFERED KEY", OneLine(resource.offered_host_key()));
  row("OS", OneLine(resource.facts().os_name()));
  row("KERNEL", OneLine(resource.facts().kernel()));
  row("LAST JOB", OneLine(resource.last_job()));
  for (const auto& record : resource.trust_records())
    row("TRUSTED", absl::StrCat(OneLine(record.host_key()), " by ", OneLine(record.caller())));
  for (const auto& owed : resource.pending_handlers())
    row("OWED", absl::StrCat("handler ", OneLine(owed.handler()), " of ", OneLine(owed.job())));
  for (const auto& waived : resource.waived_handlers())
    row("WAIVED", absl::StrCat("handler ", OneLine(waived.handler()), " of ", OneLine(waived.job()), " by ",
                               OneLine(waived.caller())));
  return table.Text();
}

std::string ListText(const provision::v1::ListResourcesResponse& all) {
  Table table({"NAME", "STATE", "ADDRESS", "ENVIRONMENT", "LABELS", "LAST JOB", "REASON"});
  for (const Resource& resource : all.resources()) {
    table.Add({ShortName(resource.name()), StateWord(resource.state()), OneLine(resource.address()),
               ShortName(resource.environment()), LabelsText(resource), ShortName(resource.last_job()),
               OneLine(resource.reason())});
  }
  return table.Text();
}

// The fields that were given, and their names for an update mask.
absl::Status Fill(const ResourceOptions& options, Resource* resource, google::protobuf::FieldMask* mask) {
  const auto set = [&](const std::optional<std::string>& value, const char* field, auto setter) {
    if (!value.has_value()) return;
    (resource->*setter)(*value);
    mask->add_paths(field);
  };
  using Setter = void (Resource::*)(const std::string&);
  set(options.address, "address", static_cast<Setter>(&Resource::set_address<const std::string&>));
  set(options.host_key, "host_key", static_cast<Setter>(&Resource::set_host_key<const std::string&>));
  set(options.credential, "credential", static_cast<Setter>(&Resource::set_credential<const std::string&>));
  if (options.environment.has_value()) {
    resource->set_environment(absl::StrCat("environments/", ShortName(*options.environment)));
    mask->add_paths("environment");
  }
  if (!options.labels.has_value()) return absl::OkStatus();
  mask->add_paths("labels");
  for (const std::string& label : *options.labels) {
    const size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(absl::StrCat("--label ", OneLine(label), " wants KEY=VALUE"));
    }
    (*resource->mutable_labels())[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return absl::OkStatus();
}

// Connects, calls, and shows the resource that comes back.
template <typename Call>
int Show(Context* context, Call call) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  const absl::StatusOr<Resource> resource = call(*engine);
  if (!resource.ok()) return context->Fail(resource.status());
  context->Emit(*resource, resource->name(), [&] { return ResourceText(*resource); });
  return kExitOk;
}

// A request that needs nothing but the name.
template <typename Request>
Request Named(const ResourceOptions& options) {
  Request request;
  request.set_name(ResourceName(options.name));
  return request;
}

}  // namespace

int ResourceList(Context* context, const ResourceOptions& options) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  provision::v1::ListResourcesResponse all;
  provision::v1::ListResourcesRequest request;
  request.set_page_size(1000);
  request.set_label_selector(options.selector);
  do {
    auto page = (*engine)->ListResources(request);
    if (!page.ok()) return context->Fail(page.status());
    for (auto& resource : *page->mutable_resources()) *all.add_resources() = std::move(resource);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  if (context->options().output == "name") {
    for (const Resource& resource : all.resources()) context->Out(resource.name() + "\n");
  } else {
    context->Emit(all, "", [&] { return ListText(all); });
  }
  return kExitOk;
}

int ResourceGet(Context* context, const ResourceOptions& options) {
  return Show(context, [&](Connection* engine) {
    return engine->GetResource(Named<provision::v1::GetResourceRequest>(options));
  });
}

int ResourceCreate(Context* context, const ResourceOptions& options) {
  return Show(context, [&](Connection* engine) -> absl::StatusOr<Resource> {
    provision::v1::CreateResourceRequest request;
    google::protobuf::FieldMask ignored;
    request.set_resource_id(options.name);
    PE_RETURN_IF_ERROR(Fill(options, request.mutable_resource(), &ignored));
    return engine->CreateResource(request);
  });
}

int ResourceUpdate(Context* context, const ResourceOptions& options) {
  return Show(context, [&](Connection* engine) -> absl::StatusOr<Resource> {
    provision::v1::UpdateResourceRequest request;
    PE_RETURN_IF_ERROR(Fill(options, request.mutable_resource(), request.mutable_update_mask()));
    if (request.update_mask().paths().empty())
      return absl::InvalidArgumentError("nothing to change was named; see pe resource update --help");
    request.mutable_resource()->set_name(ResourceName(options.name));
    return engine->UpdateResource(request);
  });
}

int ResourceDelete(Context* context, const ResourceOptions& options) {
  const auto engine = context->Engine();
  if (!engine.ok()) return context->Fail(engine.status());
  const auto request = Named<provision::v1::DeleteResourceRequest>(options);
  if (const absl::Status deleted = (*engine)->DeleteResource(request); !deleted.ok()) return context->Fail(deleted);
  context->Err(absl::StrCat("pe: ", OneLine(request.name()), " is no longer in the inventory\n"));
  return kExitOk;
}

int ResourceDisable(Context* context, const ResourceOptions& options) {
  return Show(context, [&](Connection* engine) {
    auto request = Named<provision::v1::DisableResourceRequest>(options);
    request.set_reason(options.reason);
    return engine->DisableResource(request);
  });
}

int ResourceEnable(Context* context, const ResourceOptions& options) {
  return Show(context, [&](Connection* engine) {
    return engine->EnableResource(Named<provision::v1::EnableResourceRequest>(options));
  });
}

int ResourceTrust(Context* context, const ResourceOptions& options) {
  return Show(context, [&](Connection* engine) {
    auto request = Named<provision::v1::TrustResourceRequest>(options);
    request.set_host_key(options.host_key.value_or(""));
    return engine->TrustResource(request);
  });
}

int ResourceWaive(Context* context, const ResourceOptions& options) {
  return Show(context, [&](Connection* engine) -> absl::StatusOr<Resource> {
    auto request = Named<provision::v1::WaiveHandlersRequest>(options);
    request.mutable_handlers()->Add(options.handlers.begin(), options.handlers.end());
    if (!options.job.empty()) {
      PE_ASSIGN_OR_RETURN(*request.mutable_job(), ResolveJob(context, options.job));
    }
    return engine->WaiveHandlers(request);
  });
}

}  // namespace pe::cli
