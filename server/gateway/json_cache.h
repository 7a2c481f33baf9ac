// JsonCache: the JSON of messages of streams. Many readers of one job are sent the same messages: each is converted
// once and then shared. Thread rule: thread-safe.
#ifndef SERVER_GATEWAY_JSON_CACHE_H_
#define SERVER_GATEWAY_JSON_CACHE_H_

#include <array>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/gateway/api_schema.h"

namespace pe::gateway {

class JsonCache {
 public:
  using Json = std::shared_ptr<const std::string>;
  // `schema` outlives it.
  explicit JsonCache(const ApiSchema* schema) : schema_(schema) {}

  // As ApiSchema::ToJson.
  absl::StatusOr<Json> ToJson(const google::protobuf::Descriptor* type, const std::string& binary);

 private:
  // What is larger (a snapshot, as a rule) is converted for each reader; the memory of the rest is bounded by it.
  static constexpr size_t kMaxBytes = 16 << 10;
  static constexpr size_t kSlots = 64;
  struct Slot {
    const google::protobuf::Descriptor* type = nullptr;
    std::string binary;
    Json json;
  };

  const ApiSchema* const schema_;
  Mutex mu_;
  std::array<Slot, kSlots> slots_ ABSL_GUARDED_BY(mu_);  // by hash; a newer message takes the place of an older one
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_JSON_CACHE_H_
