#include "server/engine/inventory.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/engine/address.h"
#include "server/engine/proto_time.h"

namespace pe {

using provision::v1::Resource;

void Inventory::Put(const Resource& resource) {
  Remove(resource.name());
  by_address_[resource.address()] = resource.name();
  by_name_[resource.name()] = resource;
}

void Inventory::Remove(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  by_address_.erase(found->second.address());
  by_name_.erase(found);
}

const Resource* Inventory::Find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

const Resource* Inventory::FindByAddress(const std::string& address) const {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? nullptr : Find(found->second);
}

std::vector<const Resource*> Inventory::Select(const std::string& selector) const {
  std::vector<std::pair<std::string, std::string>> wanted;
  for (absl::string_view term : absl::StrSplit(selector, ',')) {
    wanted.push_back(absl::StrSplit(absl::StripAsciiWhitespace(term), absl::MaxSplits('=', 1)));
  }
  std::vector<const Resource*> out;
  for (const auto& [name, resource] : by_name_) {
    bool all = true;
    for (const auto& [key, value] : wanted) {
      const auto label = resource.labels().find(key);
      all = all && label != resource.labels().end() && label->second == value;
    }
    if (all) out.push_back(&resource);
  }
  return out;
}

const Resource* Inventory::FirstOf(const std::string& environment) const {
  const auto found = std::find_if(by_name_.begin(), by_name_.end(),
                                  [&](const auto& entry) { return entry.second.environment() == environment; });
  return found == by_name_.end() ? nullptr : &found->second;
}

std::string Inventory::IdentityOfName(const std::string& name) const {
  const Resource* resource = Find(name);
  return resource == nullptr ? name : IdentityOf(*resource);
}

std::string IdentityOf(const Resource& resource) {
  if (resource.host_key().empty()) return resource.address();
  const auto address = ParseAddress(resource.address());
  return absl::StrCat(resource.host_key(), address.ok() ? address->path : "");
}

std::string NameFor(const std::string& address, int attempt) {
  const auto parsed = ParseAddress(address);
  std::string text = parsed.ok() ? (parsed->transport == "rootfs" ? parsed->path : parsed->host) : address;
  if (text.empty()) text = parsed.ok() ? parsed->transport : "host";
  if (parsed.ok() && parsed->port != 0 && parsed->port != 22) absl::StrAppend(&text, "-", parsed->port);
  std::string id;
  for (const char c : text) {
    const char lower = absl::ascii_tolower(c);
    if (absl::ascii_isalnum(lower)) {
      id.push_back(lower);
    } else if (!id.empty() && id.back() != '-') {
      id.push_back('-');
    }
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  if (id.empty() || !absl::ascii_isalpha(id[0])) id = absl::StrCat("h-", id);
  id.resize(std::min<size_t>(id.size(), 56));
  return attempt == 1 ? absl::StrCat("resources/", id) : absl::StrCat("resources/", id, "-", attempt);
}

Resource NewResource(const std::string& name, const std::string& address, const std::string& environment,
                     WallMicros now) {
  Resource out;
  out.set_name(name);
  out.set_address(address);
  out.set_state(Resource::INIT);
  out.set_environment(environment);
  out.set_credential("default");
  *out.mutable_create_time() = ToTimestamp(now);
  Touch(&out, now);
  return out;
}

// An etag is a number that rises: it needs to differ from all earlier ones of this resource, and no more.
void Touch(Resource* resource, WallMicros now) {
  int64_t last = 0;
  (void)absl::SimpleAtoi(resource->etag(), &last);
  resource->set_etag(absl::StrCat(std::max<int64_t>(last + 1, now)));
  *resource->mutable_update_time() = ToTimestamp(now);
}

}  // namespace pe
