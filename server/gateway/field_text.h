// Fields of a message set from text, as paths and query strings have them. Pure; thread-safe.
#ifndef SERVER_GATEWAY_FIELD_TEXT_H_
#define SERVER_GATEWAY_FIELD_TEXT_H_

#include <google/protobuf/message.h>

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/gateway/api_schema.h"

namespace pe::gateway {

// The field that `path` names, "filter.no_output" or "filter.noOutput", and the fields that lead to it; empty when
// there is none, or when it leads through a repeated field or a map.
std::vector<const google::protobuf::FieldDescriptor*> FindField(const google::protobuf::Descriptor* type,
                                                                absl::string_view path);

// "filter.no_output", whatever form the path was found by.
std::string ProtoPath(absl::Span<const google::protobuf::FieldDescriptor* const> fields);

// Sets (or, of a repeated field, appends) `values`. Numbers are decimal; enums are given by name or number; bytes as
// base64, also the URL-safe form; timestamps, durations, field masks and wrappers as in JSON without quotes.
// INVALID_ARGUMENT for text that is not of the field's type, for several values of a field that has one, for a second
// field of a oneof, and for a field that has no text form (a message, a map).
absl::Status SetFromText(const ApiSchema& schema, absl::Span<const google::protobuf::FieldDescriptor* const> fields,
                         absl::Span<const std::string> values, google::protobuf::Message* message);

// Whether text can set such a field.
bool HasTextForm(const google::protobuf::FieldDescriptor* field);

// Paths of all fields that text can set, in declared order, without those in `taken` (proto paths) and what is below
// them; messages are entered three deep.
std::vector<std::string> TextFields(const google::protobuf::Descriptor* type, const std::set<std::string>& taken);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_FIELD_TEXT_H_
