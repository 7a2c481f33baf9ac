// Single fields of a serialized message, read without parsing the rest. Pure; thread-safe.
#ifndef SERVER_GATEWAY_MESSAGE_FIELDS_H_
#define SERVER_GATEWAY_MESSAGE_FIELDS_H_

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pe::gateway {

// The varint field `number`, as the last one that is there; 0 when there is none or the message is broken.
int64_t VarintField(absl::string_view message, int number);
// Every length-delimited field `number`, in order; views of `message`.
std::vector<absl::string_view> BytesFields(absl::string_view message, int number);

// The int64 field `name` of `type`, or 0 when it has none: the number to give to VarintField, 0 finds nothing.
int SequenceField(const google::protobuf::Descriptor* type, const std::string& name);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_MESSAGE_FIELDS_H_
