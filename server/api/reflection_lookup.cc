// The pure half of reflection.h: what is asked, looked up in the generated descriptors.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "absl/strings/str_cat.h"
#include "server/api/reflection.h"

namespace pe {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

void AddFile(const FileDescriptor* file, std::set<std::string>* sent,
             grpc::reflection::v1::FileDescriptorResponse* out) {
  if (!sent->insert(file->name()).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  out->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), sent, out);
}

void NotFound(absl::string_view what, absl::string_view name, ServerReflectionResponse* response) {
  response->mutable_error_response()->set_error_code(5);  // google.rpc.Code.NOT_FOUND
  response->mutable_error_response()->set_error_message(absl::StrCat("no ", what, " `", name, "` here"));
}

void GiveFile(const FileDescriptor* file, absl::string_view what, absl::string_view name, std::set<std::string>* sent,
              ServerReflectionResponse* response) {
  if (file == nullptr) return NotFound(what, name, response);
  auto* out = response->mutable_file_descriptor_response();
  AddFile(file, sent, out);
  if (out->file_descriptor_proto_size() > 0) return;
  // Asked for again: once more, without its imports.
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  out->add_file_descriptor_proto(proto.SerializeAsString());
}

void GiveExtensions(const std::string& type, ServerReflectionResponse* response) {
  const auto* pool = DescriptorPool::generated_pool();
  const auto* descriptor = pool->FindMessageTypeByName(type);
  if (descriptor == nullptr) return NotFound("message", type, response);
  std::vector<const FieldDescriptor*> extensions;
  pool->FindAllExtensions(descriptor, &extensions);
  auto* out = response->mutable_all_extension_numbers_response();
  out->set_base_type_name(type);
  for (const FieldDescriptor* extension : extensions) out->add_extension_number(extension->number());
}

}  // namespace

ServerReflectionResponse Reflect(const ServerReflectionRequest& request, const std::vector<std::string>& services,
                                 std::set<std::string>* sent) {
  const auto* pool = DescriptorPool::generated_pool();
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      GiveFile(pool->FindFileByName(request.file_by_filename()), "file", request.file_by_filename(), sent, &response);
      break;
    case ServerReflectionRequest::kFileContainingSymbol: {
      const std::string& symbol = request.file_containing_symbol();
      GiveFile(pool->FindFileContainingSymbol(symbol), "symbol", symbol, sent, &response);
      break;
    }
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& asked = request.file_containing_extension();
      const auto* type = pool->FindMessageTypeByName(asked.containing_type());
      const auto* found = type == nullptr ? nullptr : pool->FindExtensionByNumber(type, asked.extension_number());
      GiveFile(found == nullptr ? nullptr : found->file(), "extension of", asked.containing_type(), sent, &response);
      break;
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      GiveExtensions(request.all_extension_numbers_of_type(), &response);
      break;
    case ServerReflectionRequest::kListServices:
      for (const std::string& name : services) response.mutable_list_services_response()->add_service()->set_name(name);
      break;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      response.mutable_error_response()->set_error_code(3);  // google.rpc.Code.INVALID_ARGUMENT
      response.mutable_error_response()->set_error_message("the request asks for nothing");
      break;
  }
  return response;
}

}  // namespace pe
