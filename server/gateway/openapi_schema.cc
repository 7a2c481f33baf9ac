#include "server/gateway/openapi_schema.h"

namespace pe::gateway {
namespace {

namespace pb = google::protobuf;
using Json = OpenApiSchemas::Json;

Json Typed(const char* type, const char* format = nullptr) {
  Json out = {{"type", type}};
  if (format != nullptr) out["format"] = format;
  return out;
}

// Messages whose JSON form is no plain object; null for others.
Json WellKnown(const pb::Descriptor* type) {
  switch (type->well_known_type()) {
    case pb::Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return Typed("string", "date-time");
    case pb::Descriptor::WELLKNOWNTYPE_DURATION:
      return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?s$"}};
    case pb::Descriptor::WELLKNOWNTYPE_FIELDMASK:
    case pb::Descriptor::WELLKNOWNTYPE_STRINGVALUE:
      return Typed("string");
    case pb::Descriptor::WELLKNOWNTYPE_BYTESVALUE:
      return Typed("string", "byte");
    case pb::Descriptor::WELLKNOWNTYPE_INT64VALUE:
      return Typed("string", "int64");
    case pb::Descriptor::WELLKNOWNTYPE_UINT64VALUE:
      return Typed("string", "uint64");
    case pb::Descriptor::WELLKNOWNTYPE_INT32VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_UINT32VALUE:
      return Typed("integer");
    case pb::Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_FLOATVALUE:
      return Typed("number");
    case pb::Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      return Typed("boolean");
    case pb::Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return Typed("array");
    case pb::Descriptor::WELLKNOWNTYPE_STRUCT:
    case pb::Descriptor::WELLKNOWNTYPE_ANY:
      return {{"type", "object"}, {"additionalProperties", true}};
    case pb::Descriptor::WELLKNOWNTYPE_VALUE:
      return Json::object();
    default:
      return nullptr;
  }
}

Json Reference(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

}  // namespace

Json OpenApiSchemas::Enum(const pb::EnumDescriptor* type) {
  if (made_.count(type->full_name()) == 0) {
    Json names = Json::array();
    for (int i = 0; i < type->value_count(); ++i) names.push_back(type->value(i)->name());
    Json out = {{"type", "string"}, {"enum", names}};
    if (const std::string comment = CommentOf(type); !comment.empty()) out["description"] = comment;
    made_[type->full_name()] = out;
  }
  return Reference(type->full_name());
}

Json OpenApiSchemas::Scalar(const pb::FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return Typed("integer", "int32");
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"minimum", 0}};
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return Typed("string", "int64");
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return Typed("string", "uint64");
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return Typed("number", "double");
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return Typed("number", "float");
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return Typed("boolean");
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return Enum(field->enum_type());
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return field->type() == pb::FieldDescriptor::TYPE_BYTES ? Typed("string", "byte") : Typed("string");
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return Of(field->message_type());
  }
  return Json::object();
}

Json OpenApiSchemas::Of(const pb::FieldDescriptor* field, bool element) {
  Json out;
  if (field->is_map()) {
    out = {{"type", "object"}, {"additionalProperties", Scalar(field->message_type()->map_value())}};
  } else if (field->is_repeated() && !element) {
    out = {{"type", "array"}, {"items", Scalar(field)}};
  } else {
    out = Scalar(field);
  }
  if (const std::string comment = CommentOf(field); !comment.empty()) out["description"] = comment;
  return out;
}

Json OpenApiSchemas::Of(const pb::Descriptor* type) {
  if (Json known = WellKnown(type); !known.is_null()) return known;
  if (made_.count(type->full_name()) == 0) {
    made_[type->full_name()] = nullptr;  // a message may hold itself
    Json out = {{"type", "object"}};
    if (const std::string comment = CommentOf(type); !comment.empty()) out["description"] = comment;
    Json properties = Json::object();
    for (int i = 0; i < type->field_count(); ++i) properties[type->field(i)->json_name()] = Of(type->field(i));
    out["properties"] = properties;
    made_[type->full_name()] = out;
  }
  return Reference(type->full_name());
}

Json OpenApiSchemas::All() const {
  Json out = Json::object();
  for (const auto& [name, schema] : made_) out[name] = schema;
  return out;
}

}  // namespace pe::gateway
