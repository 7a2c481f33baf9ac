// Inventory: the resources as the engine knows them, in memory. The engine is the store's only writer, so what is here
// and committed is the truth; the store has it for restarts and for readers.
// Not thread-safe: the engine's loop owns it.
#ifndef SERVER_ENGINE_INVENTORY_H_
#define SERVER_ENGINE_INVENTORY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "provision/v1/resource.pb.h"

namespace pe {

class Inventory {
 public:
  void Put(const provision::v1::Resource& resource);
  void Remove(const std::string& name);
  void Clear() { by_name_.clear(), by_address_.clear(); }

  // By name, "resources/...", or by canonical address; null when there is none.
  const provision::v1::Resource* Find(const std::string& name) const;
  const provision::v1::Resource* FindByAddress(const std::string& address) const;
  // Enabled or not, with all of these labels ("key=value,..."), by name.
  std::vector<const provision::v1::Resource*> Select(const std::string& selector) const;
  // The first resource of an environment, "environments/..."; null when it has none.
  const provision::v1::Resource* FirstOf(const std::string& environment) const;

  // IdentityOf the resource; the name itself when there is no such resource.
  std::string IdentityOfName(const std::string& name) const;

 private:
  std::map<std::string, provision::v1::Resource> by_name_;
  std::map<std::string, std::string> by_address_;  // -> name
};

// What queues are kept by: two names of one host share it. The pinned key and the root path, else the address.
std::string IdentityOf(const provision::v1::Resource& resource);

// A resource name for an address: "resources/h-10-0-0-5", "resources/web-1-example-com"; attempt 2 ends in "-2" ...
std::string NameFor(const std::string& address, int attempt);

// A resource as it is first registered; state INIT, with a fresh etag.
provision::v1::Resource NewResource(const std::string& name, const std::string& address, const std::string& environment,
                                    WallMicros now);
// Sets update_time and a new etag.
void Touch(provision::v1::Resource* resource, WallMicros now);

}  // namespace pe

#endif  // SERVER_ENGINE_INVENTORY_H_
