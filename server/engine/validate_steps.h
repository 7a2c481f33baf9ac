// Checks of a spec's steps and handlers: their envelopes, and how they refer to each other. Pure; thread-safe.
#ifndef SERVER_ENGINE_VALIDATE_STEPS_H_
#define SERVER_ENGINE_VALIDATE_STEPS_H_

#include "provision/v1/spec.pb.h"
#include "server/engine/report.h"
#include "server/engine/validate_texts.h"

namespace pe {

// `path` is the spec's.
void CheckSteps(const provision::v1::ServiceSpec& spec, const FieldPath& path, TextCheck* texts, Report* report);

// A duration that is set; unset ones are not looked at.
void CheckDuration(const google::protobuf::Duration& duration, int64_t least_us, int64_t most_us,
                   const FieldPath& parent, absl::string_view field, Report* report);

}  // namespace pe

#endif  // SERVER_ENGINE_VALIDATE_STEPS_H_
