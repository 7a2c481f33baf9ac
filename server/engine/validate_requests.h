// Checks that requests of several services have in common. Pure; thread-safe.
#ifndef SERVER_ENGINE_VALIDATE_REQUESTS_H_
#define SERVER_ENGINE_VALIDATE_REQUESTS_H_

#include "absl/strings/string_view.h"
#include "provision/v1/rollout.pb.h"
#include "server/engine/expression_names.h"
#include "server/engine/report.h"

namespace pe {

// A target's address and its pinned host key, in fields `address` and `host_key` of `path`.
void CheckAddress(absl::string_view address, absl::string_view host_key, const FieldPath& path, Report* report);
// Fields `page_size` and `page_token`. A size above the largest page is served as the largest.
void CheckPage(int32_t page_size, absl::string_view page_token, const FieldPath& root, Report* report);
// A rollout. `names`: what the texts of its probes may refer to, as those of acceptance; null: nothing.
void CheckRollout(const provision::v1::Rollout& rollout, const FieldPath& path, const SpecNames* names, Report* report);

}  // namespace pe

#endif  // SERVER_ENGINE_VALIDATE_REQUESTS_H_
