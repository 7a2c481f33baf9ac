// The API's own description: a serialized google.protobuf.FileDescriptorSet of every file of the API and what it
// imports, with comments. The gateway serves what it finds there.
#ifndef PROTO_DESCRIPTOR_SET_H_
#define PROTO_DESCRIPTOR_SET_H_

#include "absl/strings/string_view.h"

namespace pe {

// Of the whole life of the program.
absl::string_view ApiDescriptorSet();

}  // namespace pe

#endif  // PROTO_DESCRIPTOR_SET_H_
