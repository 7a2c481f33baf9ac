#include "server/engine/new_job.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "server/engine/address.h"
#include "server/engine/errors.h"
#include "server/engine/planner.h"
#include "server/engine/proto_time.h"
#include "server/engine/rollout.h"
#include "server/engine/transitions.h"

namespace pe {
namespace {

using provision::v1::InlineTarget;
using provision::v1::Job;
using provision::v1::ProvisionRequest;
using provision::v1::Resource;
using provision::v1::RetryRequest;

// Collects the targets of one request and what is wrong with them.
class TargetResolver {
 public:
  // `environment`: of hosts that are seen for the first time.
  TargetResolver(const Inventory& inventory, const std::map<std::string, Credential>& credentials,
                 std::string environment, WallMicros now, NewJob* out)
      : known_(inventory), credentials_(credentials), environment_(std::move(environment)), now_(now), out_(out) {}

  void Add(const provision::v1::TargetSelector& selector, const std::string& field) {
    if (selector.has_inline_()) {
      AddInline(selector.inline_(), field + ".inline");
    } else if (!selector.label_selector().empty()) {
      const auto found = known_.Select(selector.label_selector());
      if (found.empty())
        violations_.push_back(
            {field + ".label_selector", absl::StrCat("no resource has the labels '", selector.label_selector(), "'")});
      for (const Resource* resource : found) {
        if (resource->state() != Resource::DISABLED)
          AddResource(*resource, field + ".label_selector", /*again_is_fine=*/true);
      }
    } else {
      AddNamed(selector.resource(), field + ".resource", /*target=*/true);
    }
  }

  void AddNamed(const std::string& name, const std::string& field, bool target) {
    const Resource* resource = Find(name);
    if (resource == nullptr) {
      violations_.push_back({field, absl::StrCat("no such resource '", name,
                                                 "'; `pe resource list` shows them, `pe resource create` makes one")});
    } else if (resource->state() == Resource::DISABLED) {
      disabled_.push_back(
          absl::StrCat(name, resource->reason().empty() ? "" : absl::StrCat(" (", resource->reason(), ")")));
    } else if (target) {
      AddResource(*resource, field, false);
    }
  }

  void AddViolations(std::vector<Violation> violations) {
    violations_.insert(violations_.end(), violations.begin(), violations.end());
  }

  absl::Status Result() const {
    if (!violations_.empty()) return InvalidRequest(violations_);
    if (!disabled_.empty()) {
      return Precondition("RESOURCE_DISABLED", absl::StrCat("disabled: ", absl::StrJoin(disabled_, ", "),
                                                            "; `pe resource enable` takes it into use"));
    }
    return absl::OkStatus();
  }

 private:
  void AddInline(const InlineTarget& target, const std::string& field) {
    const std::string credential = target.credential().empty() ? "default" : target.credential();
    if (!credentials_.contains(credential)) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : credentials_) names.push_back(name);
      violations_.push_back(
          {field + ".credential",
           absl::StrCat("no credential '", credential, "' is configured; there are: ", absl::StrJoin(names, ", "))});
    }
    const auto parsed = ParseAddress(target.address());
    if (!parsed.ok()) return violations_.push_back({field + ".address", std::string(parsed.status().message())});
    const std::string address = FormatAddress(*parsed);
    const Resource* existing = fresh_.FindByAddress(address);
    if (existing == nullptr) existing = known_.FindByAddress(address);
    if (existing != nullptr) return AddExisting(*existing, target, field);
    std::string name = NameFor(address, 1);
    for (int attempt = 2; Find(name) != nullptr; ++attempt) name = NameFor(address, attempt);
    Resource resource = NewResource(name, address, environment_, now_);
    resource.set_host_key(target.host_key());
    resource.set_credential(credential);
    fresh_.Put(resource);
    out_->new_resources.push_back(resource);
    AddResource(resource, field, false);
  }

  const Resource* Find(const std::string& name) const {
    const Resource* found = fresh_.Find(name);
    return found != nullptr ? found : known_.Find(name);
  }

  void AddExisting(Resource resource, const InlineTarget& target, const std::string& field) {
    if (resource.state() == Resource::DISABLED) return disabled_.push_back(resource.name());
    const bool new_key = !target.host_key().empty() && resource.host_key().empty();
    if (!target.host_key().empty() && !new_key && target.host_key() != resource.host_key()) {
      return violations_.push_back(
          {field + ".host_key",
           absl::StrCat(resource.name(), " has this address and another pinned key, ", resource.host_key(),
                        "; if the host was really replaced: pe resource update")});
    }
    if (new_key) resource.set_host_key(target.host_key());
    if (!target.credential().empty()) resource.set_credential(target.credential());
    if (new_key || !target.credential().empty()) {
      Touch(&resource, now_);
      fresh_.Put(resource);
      out_->changed_resources.push_back(resource);
    }
    AddResource(resource, field, false);
  }

  void AddResource(const Resource& resource, const std::string& field, bool again_is_fine) {
    const auto [at, added] = seen_.emplace(IdentityOf(resource), resource.name());
    if (!added) {
      if (!again_is_fine)
        violations_.push_back(
            {field, absl::StrCat("the same host is a target twice: ", resource.name(), " and ", at->second)});
      return;
    }
    provision::v1::Target* target = out_->job.add_targets();
    target->set_resource(resource.name());
    target->set_address(resource.address());
    target->set_state(Job::PENDING);
  }

  const Inventory& known_;
  Inventory fresh_;  // what this request registers or changes; counts for its later targets
  const std::map<std::string, Credential>& credentials_;
  const std::string environment_;
  const WallMicros now_;
  NewJob* const out_;
  std::map<std::string, std::string> seen_;
  std::vector<Violation> violations_;
  std::vector<std::string> disabled_;
};

template <typename Message>
std::string Deterministic(const Message& message) {
  std::string out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return out;
}

absl::Status SetVariables(const std::map<std::string, std::string>& given, NewJob* out) {
  PE_ASSIGN_OR_RETURN(Variables variables, BindVariables(out->job.spec(), given, &out->secrets));
  for (const auto& [name, value] : variables.values) (*out->job.mutable_variables())[name] = value;
  for (const std::string& name : variables.secret_names) (*out->job.mutable_variables())[name] = "";
  return absl::OkStatus();
}

void SetTimes(WallMicros now, Job* job) {
  job->set_state(Job::PENDING);
  *job->mutable_create_time() = ToTimestamp(now);
}

}  // namespace

absl::StatusOr<NewJob> MakeJob(ProvisionRequest request, const Inventory& inventory, const Environments& environments,
                               const std::map<std::string, Credential>& credentials, WallMicros now) {
  NewJob out;
  TargetResolver resolver(inventory, credentials, request.environment(), now, &out);
  resolver.AddViolations(FillFromEnvironment(environments, &request));
  for (int i = 0; i < request.targets_size(); ++i) resolver.Add(request.targets(i), absl::StrCat("targets[", i, "]"));
  for (const std::string& name : NamedResources(request.spec())) resolver.AddNamed(name, "spec", /*target=*/false);
  PE_RETURN_IF_ERROR(resolver.Result());
  Job& job = out.job;
  SetTimes(now, &job);
  job.set_mode(request.mode() == Job::PLAN ? Job::PLAN : Job::APPLY);
  job.set_environment(request.environment());
  *job.mutable_spec() = std::move(*request.mutable_spec());
  job.set_service(job.spec().name());
  job.set_version(job.spec().version());
  job.set_on_failure(request.on_failure() == provision::v1::Step::ON_FAILURE_UNSPECIFIED ? provision::v1::Step::STOP
                                                                                         : request.on_failure());
  job.set_parallelism(request.parallelism());
  if (request.has_rollout()) PE_RETURN_IF_ERROR(DivideIntoWaves(request.rollout(), &job));
  if (request.has_timeout()) *job.mutable_deadline() = ToTimestamp(now + ToMicros(request.timeout()));
  PE_RETURN_IF_ERROR(SetVariables({request.variables().begin(), request.variables().end()}, &out));
  return out;
}

absl::StatusOr<NewJob> MakeRetry(const RetryRequest& request, const Job& parent, const Inventory& inventory,
                                 WallMicros now) {
  if (!IsTerminal(parent.state()))
    return Precondition("JOB_NOT_TERMINAL", absl::StrCat(parent.name(), " has not ended; cancel it, or wait"));
  NewJob out;
  Job& job = out.job;
  SetTimes(now, &job);
  job.set_mode(parent.mode());
  job.set_environment(parent.environment());
  *job.mutable_spec() = parent.spec();
  job.set_service(parent.service());
  job.set_version(parent.version());
  job.set_on_failure(parent.on_failure());
  job.set_parallelism(parent.parallelism());
  job.set_parent(parent.name());
  job.set_root(parent.root().empty() ? parent.name() : parent.root());
  job.set_from_step(request.step());
  std::vector<Violation> violations;
  bool step_known = request.step().empty();
  for (const auto& target : parent.targets()) {
    for (const auto& step : target.steps()) step_known = step_known || step.id() == request.step();
    if (target.state() == Job::SUCCEEDED) continue;
    const Resource* resource = inventory.Find(target.resource());
    if (resource == nullptr) {
      violations.push_back({"name", absl::StrCat(target.resource(), " is not registered any more")});
      continue;
    }
    auto* copy = job.add_targets();
    copy->set_resource(resource->name());
    copy->set_address(resource->address());
    copy->set_state(Job::PENDING);
  }
  if (!step_known)
    violations.push_back(
        {"step", absl::StrCat("no step '", request.step(), "' in ", parent.name(), "; `pe status` lists them")});
  std::map<std::string, std::string> given(request.variables().begin(), request.variables().end());
  for (const auto& variable : parent.spec().variables()) {
    const bool secret = variable.type() == provision::v1::Variable::SECRET;
    const auto value = parent.variables().find(variable.name());
    if (!secret && value != parent.variables().end()) given.emplace(variable.name(), value->second);
    if (secret && !given.contains(variable.name())) {
      violations.push_back({absl::StrCat("variables.", variable.name()),
                            "secrets are not kept beyond the end of a job; give the value again"});
    }
  }
  if (!violations.empty()) return InvalidRequest(violations);
  if (parent.has_rollout() && job.targets_size() > 0) PE_RETURN_IF_ERROR(DivideIntoWaves(parent.rollout(), &job));
  if (job.targets_size() == 0)
    return Precondition("NOTHING_TO_RETRY", absl::StrCat("every target of ", parent.name(), " succeeded"));
  PE_RETURN_IF_ERROR(SetVariables(given, &out));
  return out;
}

std::string CanonicalBytes(const ProvisionRequest& request) { return Deterministic(request); }

std::string CanonicalBytes(const RetryRequest& request) { return Deterministic(request); }

}  // namespace pe
