#include "server/gateway/assets.h"

namespace pe::gateway {

absl::Span<const Asset> EmbeddedAssets() { return {}; }

}  // namespace pe::gateway
