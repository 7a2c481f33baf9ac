// The check of a spec, for checks of requests that hold one. Pure; thread-safe.
#ifndef SERVER_ENGINE_VALIDATE_SPEC_H_
#define SERVER_ENGINE_VALIDATE_SPEC_H_

#include "provision/v1/spec.pb.h"
#include "server/engine/report.h"

namespace pe {

// REQUIRES: `report` is for templates.
void CheckSpec(const provision::v1::ServiceSpec& spec, const FieldPath& path, Report* report);

}  // namespace pe

#endif  // SERVER_ENGINE_VALIDATE_SPEC_H_
