#include "server/api/permissions.h"

namespace pe {
namespace {

constexpr Permission kPermissions[] = {
    {"/provision.v1.ProvisionService/Provision", Access::kCaller},
    {"/provision.v1.ProvisionService/Status", Access::kCaller},
    {"/provision.v1.ProvisionService/Watch", Access::kCaller},
    {"/provision.v1.ProvisionService/List", Access::kCaller},
    {"/provision.v1.ProvisionService/Cancel", Access::kCaller},
    {"/provision.v1.ProvisionService/Retry", Access::kCaller},
    {"/provision.v1.ProvisionService/Rollback", Access::kCaller},
    {"/provision.v1.ProvisionService/Pause", Access::kCaller},
    {"/provision.v1.ProvisionService/Resume", Access::kCaller},
    {"/provision.v1.ResourceService/CreateResource", Access::kCaller},
    {"/provision.v1.ResourceService/GetResource", Access::kCaller},
    {"/provision.v1.ResourceService/ListResources", Access::kCaller},
    {"/provision.v1.ResourceService/UpdateResource", Access::kCaller},
    {"/provision.v1.ResourceService/DeleteResource", Access::kCaller},
    {"/provision.v1.ResourceService/DisableResource", Access::kCaller},
    {"/provision.v1.ResourceService/EnableResource", Access::kCaller},
    {"/provision.v1.ResourceService/TrustResource", Access::kCaller},
    {"/provision.v1.ResourceService/WaiveHandlers", Access::kCaller},
    {"/provision.v1.ProvisionService/Approve", Access::kCaller},
    {"/provision.v1.EnvironmentService/CreateEnvironment", Access::kCaller},
    {"/provision.v1.EnvironmentService/GetEnvironment", Access::kCaller},
    {"/provision.v1.EnvironmentService/ListEnvironments", Access::kCaller},
    {"/provision.v1.EnvironmentService/UpdateEnvironment", Access::kCaller},
    {"/provision.v1.EnvironmentService/DeleteEnvironment", Access::kCaller},
    {"/provision.v1.SystemService/GetMetrics", Access::kCaller},
    // Watchdogs and balancers ask without a token; the answer is one word.
    {"/grpc.health.v1.Health/Check", Access::kAnyone},
    {"/grpc.health.v1.Health/List", Access::kAnyone},
    {"/grpc.health.v1.Health/Watch", Access::kAnyone},
    {"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Access::kCaller},
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Access::kCaller},
};

}  // namespace

absl::Span<const Permission> Permissions() { return kPermissions; }

std::optional<Access> AccessOf(absl::string_view method) {
  for (const Permission& permission : kPermissions) {
    if (method == permission.method) return permission.access;
  }
  return std::nullopt;
}

}  // namespace pe
