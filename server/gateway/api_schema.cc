#include "server/gateway/api_schema.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace pe::gateway {
namespace {

namespace pb = google::protobuf;

constexpr char kTypePrefix[] = "type.googleapis.com";

std::string TypeUrl(const pb::Descriptor* type) { return absl::StrCat(kTypePrefix, "/", type->full_name()); }

}  // namespace

std::string RpcPath(const pb::MethodDescriptor* method) {
  return absl::StrCat("/", method->service()->full_name(), "/", method->name());
}

ApiSchema::ApiSchema() = default;

absl::StatusOr<std::unique_ptr<ApiSchema>> ApiSchema::Open(absl::string_view descriptor_set) {
  pb::FileDescriptorSet files;
  if (!files.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size()))) {
    return absl::InternalError("the API's description cannot be read");
  }
  std::unique_ptr<ApiSchema> schema(new ApiSchema());
  for (const pb::FileDescriptorProto& file : files.file()) {
    const pb::FileDescriptor* built = schema->pool_.BuildFile(file);
    if (built == nullptr) return absl::InternalError(absl::StrCat("the API's description is wrong in ", file.name()));
    if (absl::StartsWith(absl::StrCat(built->package(), "."), "google.")) continue;
    for (int s = 0; s < built->service_count(); ++s) {
      for (int m = 0; m < built->service(s)->method_count(); ++m) {
        const pb::MethodDescriptor* method = built->service(s)->method(m);
        schema->methods_.push_back(method);
        schema->by_path_[RpcPath(method)] = method;
      }
    }
  }
  schema->factory_ = std::make_unique<pb::DynamicMessageFactory>(&schema->pool_);
  schema->resolver_.reset(pb::util::NewTypeResolverForDescriptorPool(kTypePrefix, &schema->pool_));
  return schema;
}

const pb::MethodDescriptor* ApiSchema::FindMethod(absl::string_view path) const {
  const auto found = by_path_.find(std::string(path));
  return found == by_path_.end() ? nullptr : found->second;
}

const pb::Descriptor* ApiSchema::FindMessage(const std::string& full_name) const {
  return pool_.FindMessageTypeByName(full_name);
}

std::unique_ptr<pb::Message> ApiSchema::New(const pb::Descriptor* type) const {
  return std::unique_ptr<pb::Message>(factory_->GetPrototype(type)->New());
}

absl::StatusOr<std::string> ApiSchema::ToJson(const pb::Descriptor* type, const std::string& binary) const {
  std::string json;
  const auto status = pb::util::BinaryToJsonString(resolver_.get(), TypeUrl(type), binary, &json);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("a ", type->full_name(), " cannot be shown as JSON: ", std::string(status.message())));
  }
  return json;
}

absl::StatusOr<std::string> ApiSchema::FromJson(const pb::Descriptor* type, absl::string_view json) const {
  std::string binary;
  const auto status = pb::util::JsonToBinaryString(resolver_.get(), TypeUrl(type), {json.data(), json.size()}, &binary);
  if (!status.ok()) return absl::InvalidArgumentError(std::string(status.message()));
  return binary;
}

}  // namespace pe::gateway
