#include "server/gateway/message_fields.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace pe::gateway {
namespace {

namespace pb = google::protobuf;
using pb::internal::WireFormatLite;

// Calls `found(input, tag)` at every field `number`; it consumes the value. Ends at the first broken byte.
template <typename Found>
void EachField(absl::string_view message, int number, Found found) {
  pb::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(message.data()), static_cast<int>(message.size()));
  while (const uint32_t tag = input.ReadTag()) {
    const bool wanted = WireFormatLite::GetTagFieldNumber(tag) == number;
    if (!(wanted ? found(&input, tag) : WireFormatLite::SkipField(&input, tag))) return;
  }
}

}  // namespace

int64_t VarintField(absl::string_view message, int number) {
  uint64_t value = 0;
  EachField(message, number, [&](pb::io::CodedInputStream* input, uint32_t tag) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_VARINT) {
      return WireFormatLite::SkipField(input, tag);
    }
    return input->ReadVarint64(&value);
  });
  return static_cast<int64_t>(value);
}

std::vector<absl::string_view> BytesFields(absl::string_view message, int number) {
  std::vector<absl::string_view> out;
  EachField(message, number, [&](pb::io::CodedInputStream* input, uint32_t tag) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      return WireFormatLite::SkipField(input, tag);
    }
    uint32_t size = 0;
    if (!input->ReadVarint32(&size)) return false;
    const size_t at = static_cast<size_t>(input->CurrentPosition());
    if (size > message.size() - at) return false;
    out.push_back(message.substr(at, size));
    return input->Skip(static_cast<int>(size));
  });
  return out;
}

int SequenceField(const pb::Descriptor* type, const std::string& name) {
  const pb::FieldDescriptor* field = type->FindFieldByName(name);
  return field == nullptr || field->type() != pb::FieldDescriptor::TYPE_INT64 || field->is_repeated() ? 0
                                                                                                      : field->number();
}

}  // namespace pe::gateway
