// ApiSchema: the API by its description alone, and the conversion between its messages and JSON. The gateway knows no
// message and no call by name: a new one needs no code here.
// Thread rule: thread-safe after Open.
#ifndef SERVER_GATEWAY_API_SCHEMA_H_
#define SERVER_GATEWAY_API_SCHEMA_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/type_resolver.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::gateway {

class ApiSchema {
 public:
  // `descriptor_set`: a serialized FileDescriptorSet with all imports; its comments are kept. Calls are those of every
  // service outside of package google.
  static absl::StatusOr<std::unique_ptr<ApiSchema>> Open(absl::string_view descriptor_set);

  const std::vector<const google::protobuf::MethodDescriptor*>& methods() const { return methods_; }
  // `path` as HTTP/2 carries it: "/provision.v1.ProvisionService/List"; nullptr: there is no such call.
  const google::protobuf::MethodDescriptor* FindMethod(absl::string_view path) const;
  // nullptr: there is no such message.
  const google::protobuf::Descriptor* FindMessage(const std::string& full_name) const;

  std::unique_ptr<google::protobuf::Message> New(const google::protobuf::Descriptor* type) const;

  // The proto3 JSON form of a serialized message, without line breaks; INTERNAL when it cannot be parsed.
  absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor* type, const std::string& binary) const;
  // INVALID_ARGUMENT names the field that is wrong or unknown.
  absl::StatusOr<std::string> FromJson(const google::protobuf::Descriptor* type, absl::string_view json) const;

 private:
  ApiSchema();

  google::protobuf::DescriptorPool pool_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
  std::vector<const google::protobuf::MethodDescriptor*> methods_;
  std::map<std::string, const google::protobuf::MethodDescriptor*> by_path_;
};

// "/package.Service/Method".
std::string RpcPath(const google::protobuf::MethodDescriptor* method);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_API_SCHEMA_H_
