// Messages as the proto's JSON form, in JSON or in YAML.
// Pure; thread-safe.
#ifndef CLIENT_CLI_OUTPUT_MESSAGE_TEXT_H_
#define CLIENT_CLI_OUTPUT_MESSAGE_TEXT_H_

#include <google/protobuf/message.h>

#include <string>

namespace pe::cli {

// Without line ends, for NDJSON.
std::string JsonLine(const google::protobuf::Message& message);
// Indented, with a final newline.
std::string JsonText(const google::protobuf::Message& message);
// The same as YAML, with a final newline.
std::string YamlText(const google::protobuf::Message& message);

}  // namespace pe::cli

#endif  // CLIENT_CLI_OUTPUT_MESSAGE_TEXT_H_
