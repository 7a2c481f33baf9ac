// Environments: what a job takes over from the one it belongs to. Pure; thread-safe.
#ifndef SERVER_ENGINE_ENVIRONMENTS_H_
#define SERVER_ENGINE_ENVIRONMENTS_H_

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "provision/v1/environment.pb.h"
#include "provision/v1/provision_service.pb.h"
#include "server/engine/errors.h"
#include "server/engine/inventory.h"

namespace pe {

// By name, "environments/...".
using Environments = std::map<std::string, provision::v1::Environment>;

// Fills in what `request` leaves open from its environment: values of variables that its spec declares and that are not
// SECRET, rollout and parallelism. Returns what is wrong then: an unknown environment, a
// value of the environment that the spec's type does not take, variables that nobody gives a value.
std::vector<Violation> FillFromEnvironment(const Environments& environments, provision::v1::ProvisionRequest* request);

// Whether a job that changes hosts waits for an approval: its own environment wants one, or that of a host it touches.
bool NeedsApproval(const Environments& environments, const Inventory& inventory, const provision::v1::Job& job);

// "there is no such environment", with those that there are.
std::string UnknownEnvironment(const Environments& environments, const std::string& name);

// Gives it a new etag and update time.
void Touch(provision::v1::Environment* environment, WallMicros now);

}  // namespace pe

#endif  // SERVER_ENGINE_ENVIRONMENTS_H_
