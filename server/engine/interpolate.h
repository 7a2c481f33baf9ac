// Texts of a message by reflection: interpolation, references to secrets. New step kinds need no code here.
#ifndef SERVER_ENGINE_INTERPOLATE_H_
#define SERVER_ENGINE_INTERPOLATE_H_

#include <google/protobuf/message.h>

#include "base/expression/environment.h"
#include "base/expression/value.h"
#include "server/engine/report.h"

namespace pe {

// Replaces every "${...}" of the message's texts, also in lists, nested messages and maps' values. What fails is
// reported and stays as it is. Returns whether a reference to a secret came in.
bool Interpolate(google::protobuf::Message* message, const FieldPath& path, const expression::Environment& names,
                 const expression::Bindings& values, Report* report);

}  // namespace pe

#endif  // SERVER_ENGINE_INTERPOLATE_H_
