// The schemas half of openapi.h: the JSON form of messages and enums as OpenAPI 3.1 (JSON Schema) has it.
#ifndef SERVER_GATEWAY_OPENAPI_SCHEMA_H_
#define SERVER_GATEWAY_OPENAPI_SCHEMA_H_

#include <google/protobuf/descriptor.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace pe::gateway {

class OpenApiSchemas {
 public:
  using Json = nlohmann::ordered_json;

  // A reference to the message's schema, which is made with all that it needs.
  Json Of(const google::protobuf::Descriptor* type);
  // The schema of a field's value, with its comment; of one element when `element`.
  Json Of(const google::protobuf::FieldDescriptor* field, bool element = false);

  // All that were made, by name.
  Json All() const;

 private:
  Json Scalar(const google::protobuf::FieldDescriptor* field);
  Json Enum(const google::protobuf::EnumDescriptor* type);

  std::map<std::string, Json> made_;
};

// The comment above a declaration, in one line; empty: none.
template <typename Descriptor>
std::string CommentOf(const Descriptor* descriptor) {
  google::protobuf::SourceLocation at;
  if (!descriptor->GetSourceLocation(&at)) return "";
  std::string out;
  for (const char c : at.leading_comments) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_OPENAPI_SCHEMA_H_
