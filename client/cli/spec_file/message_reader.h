// Fills a protobuf message from a YAML tree by walking the message's descriptor: the YAML form of protobuf's JSON.
// Names are accepted in lowerCamel and in snake_case; what is unknown, of a wrong type or said twice is a problem.
// Pure; thread-safe.
#ifndef CLIENT_CLI_SPEC_FILE_MESSAGE_READER_H_
#define CLIENT_CLI_SPEC_FILE_MESSAGE_READER_H_

#include <google/protobuf/message.h>

#include <vector>

#include "client/cli/spec_file/document.h"
#include "client/cli/spec_file/yaml_tree.h"

namespace pe::cli {

// After this many problems the rest is not looked for.
inline constexpr size_t kMaxProblems = 100;

// Adds everything that is wrong to `problems`, and the place of every field that was read to `positions`. `message` is
// meaningful only when nothing is wrong. Map fields and well-known types other than Duration are not supported
// (a test holds that a spec has none).
void ReadMessage(const YamlNode& root, google::protobuf::Message* message, std::vector<Problem>* problems,
                 FieldPositions* positions);

}  // namespace pe::cli

#endif  // CLIENT_CLI_SPEC_FILE_MESSAGE_READER_H_
