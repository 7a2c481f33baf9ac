// EngineCore: the inventory's calls, and what jobs write into it.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/engine/address.h"
#include "server/engine/engine_core.h"
#include "server/engine/errors.h"
#include "server/engine/proto_time.h"

namespace pe {
namespace {

using provision::v1::Resource;

constexpr char kResourceType[] = "provision.dev/Resource";
constexpr int kMaxTrustRecords = 20;

// The paths of an update; those that are set when the mask is empty.
std::vector<std::string> PathsOf(const provision::v1::UpdateResourceRequest& request) {
  std::vector<std::string> paths(request.update_mask().paths().begin(), request.update_mask().paths().end());
  if (!paths.empty()) return paths;
  const Resource& r = request.resource();
  if (!r.address().empty()) paths.push_back("address");
  if (!r.host_key().empty()) paths.push_back("host_key");
  if (!r.labels().empty()) paths.push_back("labels");
  if (!r.environment().empty()) paths.push_back("environment");
  if (!r.credential().empty()) paths.push_back("credential");
  return paths;
}

}  // namespace

// Stores `resource` with the next batch and answers when it is durable.
void EngineCore::ChangeResource(Resource resource, bool fresh, Answer<Resource> answer) {
  if (!fresh) Touch(&resource, clock_->Wall());
  inventory_.Put(resource);
  changed_resources_[resource.name()] = resource;
  resource_done_.push_back(
      [resource, answer](const absl::Status& status) { status.ok() ? answer(resource) : answer(status); });
}

// A job that awaits its approval is in no queue.
bool EngineCore::InUse(const Resource& resource) const {
  if (scheduler_.InUse(IdentityOf(resource))) return true;
  return std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& job) {
    const JobMachine& machine = *job.second.machine;
    return machine.AwaitsApproval() && machine.Resources().contains(resource.name());
  });
}

void EngineCore::CreateResource(provision::v1::CreateResourceRequest request, Answer<Resource> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const std::string name = absl::StrCat("resources/", request.resource_id());
    if (inventory_.Find(name) != nullptr) return answer(ResourceExists(name));
    const auto address = ParseAddress(request.resource().address());
    if (!address.ok()) return answer(InvalidRequest({{"resource.address", std::string(address.status().message())}}));
    const std::string canonical = FormatAddress(*address);
    if (const Resource* other = inventory_.FindByAddress(canonical)) {
      return answer(InvalidRequest({{"resource.address", absl::StrCat(other->name(), " has this address")}}));
    }
    Resource resource = NewResource(name, canonical, options_.environment, clock_->Wall());
    resource.set_host_key(request.resource().host_key());
    *resource.mutable_labels() = request.resource().labels();
    if (!request.resource().environment().empty()) resource.set_environment(request.resource().environment());
    if (!request.resource().credential().empty()) resource.set_credential(request.resource().credential());
    std::vector<Violation> violations;
    if (!options_.credentials.contains(resource.credential())) {
      violations.push_back(
          {"resource.credential", absl::StrCat("no credential '", resource.credential(), "' is configured")});
    }
    if (!request.resource().environment().empty() && !environments_.contains(resource.environment()))
      violations.push_back({"resource.environment", UnknownEnvironment(environments_, resource.environment())});
    if (!violations.empty()) return answer(InvalidRequest(violations));
    ChangeResource(std::move(resource), /*fresh=*/true, answer);
  });
}

void EngineCore::UpdateResource(provision::v1::UpdateResourceRequest request, Answer<Resource> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const Resource* current = inventory_.Find(request.resource().name());
    if (current == nullptr) return answer(NoSuch(kResourceType, request.resource().name()));
    if (!request.resource().etag().empty() && request.resource().etag() != current->etag())
      return answer(EtagMismatch(current->name()));
    Resource next = *current;
    for (const std::string& path : PathsOf(request)) {
      if (path == "address") {
        const auto address = ParseAddress(request.resource().address());
        if (!address.ok())
          return answer(InvalidRequest({{"resource.address", std::string(address.status().message())}}));
        next.set_address(FormatAddress(*address));
        const Resource* other = inventory_.FindByAddress(next.address());
        if (other != nullptr && other->name() != next.name()) {
          return answer(InvalidRequest({{"resource.address", absl::StrCat(other->name(), " has this address")}}));
        }
        if (InUse(*current))
          return answer(
              Precondition("RESOURCE_IN_USE", "a job holds or awaits it; its address can change when that has ended"));
      } else if (path == "host_key") {
        next.set_host_key(request.resource().host_key());
        next.clear_offered_host_key();
      } else if (path == "labels") {
        *next.mutable_labels() = request.resource().labels();
      } else if (path == "environment") {
        if (!environments_.contains(request.resource().environment())) {
          return answer(InvalidRequest(
              {{"resource.environment", UnknownEnvironment(environments_, request.resource().environment())}}));
        }
        next.set_environment(request.resource().environment());
      } else if (path == "credential") {
        if (!options_.credentials.contains(request.resource().credential())) {
          return answer(
              InvalidRequest({{"resource.credential",
                               absl::StrCat("no credential '", request.resource().credential(), "' is configured")}}));
        }
        next.set_credential(request.resource().credential());
      }
    }
    ChangeResource(std::move(next), false, answer);
  });
}

void EngineCore::DeleteResource(provision::v1::DeleteResourceRequest request, Answer<Resource> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const Resource* current = inventory_.Find(request.name());
    if (current == nullptr) return answer(NoSuch(kResourceType, request.name()));
    if (InUse(*current) || scheduler_.InUse(current->address())) {
      return answer(Precondition("RESOURCE_IN_USE", absl::StrCat("a job holds or awaits ", request.name(),
                                                                 "; wait for its end, or cancel it")));
    }
    const Resource gone = *current;
    inventory_.Remove(request.name());
    changed_resources_.erase(request.name());
    deleted_resources_.push_back(request.name());
    resource_done_.push_back(
        [gone, answer](const absl::Status& status) { status.ok() ? answer(gone) : answer(status); });
  });
}

void EngineCore::DisableResource(provision::v1::DisableResourceRequest request, Answer<Resource> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const Resource* current = inventory_.Find(request.name());
    if (current == nullptr) return answer(NoSuch(kResourceType, request.name()));
    Resource next = *current;
    next.set_state(Resource::DISABLED);
    next.set_reason(request.reason());
    ChangeResource(std::move(next), false, answer);
  });
}

void EngineCore::EnableResource(provision::v1::EnableResourceRequest request, Answer<Resource> answer) {
  Post([this, request = std::move(request), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const Resource* current = inventory_.Find(request.name());
    if (current == nullptr) return answer(NoSuch(kResourceType, request.name()));
    Resource next = *current;
    if (next.state() == Resource::DISABLED) {
      next.set_state(Resource::INIT);
      next.clear_reason();
    }
    ChangeResource(std::move(next), false, answer);
  });
}

void EngineCore::TrustResource(provision::v1::TrustResourceRequest request, std::string caller,
                               Answer<Resource> answer) {
  Post([this, request = std::move(request), caller = std::move(caller), answer = std::move(answer)] {
    if (const absl::Status ready = Ready(); !ready.ok()) return answer(ready);
    const Resource* current = inventory_.Find(request.name());
    if (current == nullptr) return answer(NoSuch(kResourceType, request.name()));
    Resource next = *current;
    next.set_host_key(request.host_key());
    next.clear_offered_host_key();
    auto* record = next.add_trust_records();
    record->set_host_key(request.host_key());
    *record->mutable_time() = ToTimestamp(clock_->Wall());
    record->set_caller(caller);
    while (next.trust_records_size() > kMaxTrustRecords) next.mutable_trust_records()->DeleteSubrange(0, 1);
    const std::string name = next.name();
    ChangeResource(std::move(next), false, answer);
    // Jobs go on only when the decision is durable: it is what justifies the connection.
    resource_done_.push_back([this, name](const absl::Status& status) {
      if (!status.ok()) return;
      for (auto& [id, entry] : jobs_) {
        if (!entry.begun || !entry.key_of.contains(name)) continue;
        entry.machine->OnTrusted(name, now());
        Mark(id);
      }
    });
  });
}

void EngineCore::ApplyResourceEffect(const ResourceEffect& effect) {
  const Resource* current = inventory_.Find(effect.resource);
  if (current == nullptr) return;  // removed meanwhile
  Resource next = *current;
  if (!effect.offered_host_key.empty()) next.set_offered_host_key(effect.offered_host_key);
  if (effect.state != Resource::STATE_UNSPECIFIED) {
    if (next.state() != Resource::DISABLED) {
      next.set_state(effect.state);
      next.set_reason(effect.state == Resource::PROVISIONING ? "" : effect.reason);
    }
    if (effect.state == Resource::PROVISIONING) next.set_last_job(effect.reason);
  }
  if (!effect.facts.empty()) *next.mutable_facts() = effect.facts.front();
  Touch(&next, clock_->Wall());
  inventory_.Put(next);
  changed_resources_[next.name()] = std::move(next);
}

}  // namespace pe
