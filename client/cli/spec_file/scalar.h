// One scalar of YAML into one field of a message.
// Pure; thread-safe.
#ifndef CLIENT_CLI_SPEC_FILE_SCALAR_H_
#define CLIENT_CLI_SPEC_FILE_SCALAR_H_

#include <google/protobuf/message.h>

#include <string>

#include "client/cli/spec_file/yaml_tree.h"

namespace pe::cli {

// Sets `field` of `message`, or adds to it when it is repeated. Returns what is wrong and what to do; empty when it is
// set. REQUIRES: `node` is a scalar and `field` is not of a message type, except google.protobuf.Duration.
std::string SetScalar(const YamlNode& node, const google::protobuf::FieldDescriptor& field,
                      google::protobuf::Message* message);

// Whether `field` is written as a scalar although it is a message.
bool IsDuration(const google::protobuf::FieldDescriptor& field);

}  // namespace pe::cli

#endif  // CLIENT_CLI_SPEC_FILE_SCALAR_H_
