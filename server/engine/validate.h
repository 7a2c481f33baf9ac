// Checks of requests that need nothing but the request. All violations at once, by field path.
// Pure; thread-safe.
#ifndef SERVER_ENGINE_VALIDATE_H_
#define SERVER_ENGINE_VALIDATE_H_

#include <string>
#include <vector>

#include "provision/v1/environment_service.pb.h"
#include "provision/v1/provision_service.pb.h"
#include "provision/v1/resource_service.pb.h"
#include "server/engine/errors.h"

namespace pe {

// Limits of a request; each with its reason beside its value in validate.cc.
inline constexpr size_t kMaxSpecBytes = 1 << 20;
inline constexpr int kMaxSteps = 10'000;
inline constexpr int kMaxTargets = 10'000;

// Everything about the request that can be wrong without looking at the store or at a host: names, paths, duplicates,
// `after` (unknown ids, cycles), variables (undefined, wrong type, missing, secret with default), expressions and
// interpolations (syntax and types), every field of every step kind, targets, limits.
std::vector<Violation> Validate(const provision::v1::ProvisionRequest& request);

// The same rules for a spec alone, with paths beginning at `prefix` ("spec").
std::vector<Violation> ValidateSpec(const provision::v1::ServiceSpec& spec, const std::string& prefix);

std::vector<Violation> Validate(const provision::v1::StatusRequest& request);
std::vector<Violation> Validate(const provision::v1::WatchRequest& request);
std::vector<Violation> Validate(const provision::v1::ListRequest& request);
std::vector<Violation> Validate(const provision::v1::CancelRequest& request);
std::vector<Violation> Validate(const provision::v1::RetryRequest& request);
std::vector<Violation> Validate(const provision::v1::RollbackRequest& request);
std::vector<Violation> Validate(const provision::v1::PauseRequest& request);
std::vector<Violation> Validate(const provision::v1::ResumeRequest& request);
std::vector<Violation> Validate(const provision::v1::CreateResourceRequest& request);
std::vector<Violation> Validate(const provision::v1::GetResourceRequest& request);
std::vector<Violation> Validate(const provision::v1::ListResourcesRequest& request);
std::vector<Violation> Validate(const provision::v1::UpdateResourceRequest& request);
std::vector<Violation> Validate(const provision::v1::DeleteResourceRequest& request);
std::vector<Violation> Validate(const provision::v1::DisableResourceRequest& request);
std::vector<Violation> Validate(const provision::v1::EnableResourceRequest& request);
std::vector<Violation> Validate(const provision::v1::TrustResourceRequest& request);
std::vector<Violation> Validate(const provision::v1::WaiveHandlersRequest& request);
std::vector<Violation> Validate(const provision::v1::ApproveRequest& request);
std::vector<Violation> Validate(const provision::v1::CreateEnvironmentRequest& request);
std::vector<Violation> Validate(const provision::v1::GetEnvironmentRequest& request);
std::vector<Violation> Validate(const provision::v1::ListEnvironmentsRequest& request);
std::vector<Violation> Validate(const provision::v1::UpdateEnvironmentRequest& request);
std::vector<Violation> Validate(const provision::v1::DeleteEnvironmentRequest& request);

}  // namespace pe

#endif  // SERVER_ENGINE_VALIDATE_H_
