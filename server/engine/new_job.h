// NewJob: a Provision or Retry request turned into a job, its new resources and its secrets. Pure.
#ifndef SERVER_ENGINE_NEW_JOB_H_
#define SERVER_ENGINE_NEW_JOB_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "provision/v1/job.pb.h"
#include "provision/v1/provision_service.pb.h"
#include "provision/v1/resource.pb.h"
#include "server/engine/environments.h"
#include "server/engine/inventory.h"
#include "server/engine/secret_box.h"
#include "server/transport/transport.h"
#include "storage/store.h"

namespace pe {

struct NewJob {
  provision::v1::Job job;                                  // without name and admission
  std::vector<provision::v1::Resource> new_resources;      // inline targets seen for the first time
  std::vector<provision::v1::Resource> changed_resources;  // inline targets that brought a host key
  SecretValues secrets;
  std::vector<PrivateRow> rows;  // what the job machine must know besides
};

// INVALID_ARGUMENT with every violation that needs the engine's state (unknown environment, variable without a value,
// unknown resource, selector without a match, the same
// host twice, another pinned key, unknown credential), FAILED_PRECONDITION for disabled resources.
absl::StatusOr<NewJob> MakeJob(provision::v1::ProvisionRequest request, const Inventory& inventory,
                               const Environments& environments, const std::map<std::string, Credential>& credentials,
                               WallMicros now);

// The job that repeats `parent`'s targets that did not end well. FAILED_PRECONDITION when it is not terminal or nothing
// is left to do, INVALID_ARGUMENT for an unknown step or missing secrets.
absl::StatusOr<NewJob> MakeRetry(const provision::v1::RetryRequest& request, const provision::v1::Job& parent,
                                 const Inventory& inventory, WallMicros now);

// Everything the request says; what the same-body rule compares (the id is the same then).
std::string CanonicalBytes(const provision::v1::ProvisionRequest& request);
std::string CanonicalBytes(const provision::v1::RetryRequest& request);

}  // namespace pe

#endif  // SERVER_ENGINE_NEW_JOB_H_
