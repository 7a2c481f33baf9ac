#include "server/gateway/json_cache.h"

#include <utility>

#include "absl/hash/hash.h"
#include "base/status.h"

namespace pe::gateway {

absl::StatusOr<JsonCache::Json> JsonCache::ToJson(const google::protobuf::Descriptor* type, const std::string& binary) {
  const bool kept = binary.size() <= kMaxBytes;
  const size_t slot = absl::HashOf(type, binary) % kSlots;
  if (kept) {
    MutexLock lock(&mu_);
    const Slot& known = slots_[slot];
    if (known.type == type && known.binary == binary) return known.json;
  }
  PE_ASSIGN_OR_RETURN(std::string made, schema_->ToJson(type, binary));
  auto json = std::make_shared<const std::string>(std::move(made));
  if (kept) {
    MutexLock lock(&mu_);
    slots_[slot] = {type, binary, json};
  }
  return json;
}

}  // namespace pe::gateway
