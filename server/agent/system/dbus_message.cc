#include "server/agent/system/dbus_message.h"

#include <string.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace pe::agent {
namespace {

constexpr size_t kFixedHeader = 16;  // up to and with the length of the header's fields
constexpr size_t kLargest = 1 << 20;
enum Field : char { kPath = 1, kInterface = 2, kMember = 3, kErrorName = 4, kReplySerial = 5, kSignature = 8 };

size_t Aligned(size_t size, size_t to) { return (size + to - 1) / to * to; }

class Writer {
 public:
  void Byte(char value) { bytes_.push_back(value); }
  void Align(size_t to) { bytes_.resize(Aligned(bytes_.size(), to)); }
  void Number(uint32_t value) {
    Align(4);
    bytes_.append(reinterpret_cast<const char*>(&value), 4);
  }
  void Text(absl::string_view text) {
    Number(static_cast<uint32_t>(text.size()));
    absl::StrAppend(&bytes_, text, absl::string_view("\0", 1));
  }
  void Signature(absl::string_view text) {
    Byte(static_cast<char>(text.size()));
    absl::StrAppend(&bytes_, text, absl::string_view("\0", 1));
  }
  void HeaderField(Field field, absl::string_view type, absl::string_view value) {
    Align(8);
    Byte(field);
    Signature(type);
    type == "g" ? Signature(value) : Text(value);
  }
  std::string bytes_;
};

// Every read is checked; after the first that does not fit, ok() is false and all give nothing.
class Reader {
 public:
  Reader(absl::string_view bytes, size_t at) : bytes_(bytes), at_(at) {}
  bool ok() const { return ok_; }
  size_t at() const { return at_; }

  void Align(size_t to) { Skip(Aligned(at_, to) - at_); }
  absl::string_view Skip(size_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
      ok_ = false;
      return "";
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  template <typename T>
  T Number() {
    Align(sizeof(T));
    T value = 0;
    const absl::string_view raw = Skip(sizeof(T));
    if (ok_) memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  absl::string_view Text() { return Ended(Number<uint32_t>()); }
  absl::string_view Signature() { return Ended(Number<uint8_t>()); }

  // A value of one of the types that are read; false for another one.
  bool Value(absl::string_view type, std::string& out) {
    if (type == "v") {
      const absl::string_view inner = Signature();
      return inner != "v" && Value(inner, out);
    }
    if (type == "s" || type == "o") {
      out = std::string(Text());
    } else if (type == "b") {
      out = Number<uint32_t>() != 0 ? "yes" : "no";
    } else if (type == "u") {
      out = absl::StrCat(Number<uint32_t>());
    } else if (type == "t") {
      out = absl::StrCat(Number<uint64_t>());
    } else if (type == "ay") {
      out = absl::BytesToHexString(Skip(Number<uint32_t>()));
    } else {
      return false;
    }
    return ok_;
  }

 private:
  absl::string_view Ended(size_t size) {
    const absl::string_view text = Skip(size);
    Skip(1);
    return text;
  }

  absl::string_view bytes_;
  size_t at_;
  bool ok_ = true;
};

uint32_t NumberAt(absl::string_view bytes, size_t at) { return Reader(bytes, at).Number<uint32_t>(); }

}  // namespace

std::string EncodeDbus(const DbusCall& call, uint32_t serial) {
  Writer body;
  std::string signature(call.arguments.size(), 's');
  for (const std::string& argument : call.arguments) body.Text(argument);
  if (!call.list.empty()) {
    signature += "as";
    Writer elements;  // aligned to four like what they follow
    for (const std::string& element : call.list) elements.Text(element);
    body.Number(static_cast<uint32_t>(elements.bytes_.size()));
    body.bytes_ += elements.bytes_;
  }
  for (const bool flag : call.flags) {
    signature += 'b';
    body.Number(flag ? 1 : 0);
  }
  Writer out;
  for (const char byte : {'l', static_cast<char>(DbusMessage::kCall), '\0', '\1'}) out.Byte(byte);
  out.Number(static_cast<uint32_t>(body.bytes_.size()));
  out.Number(serial);
  out.Number(0);  // how long the fields are: below
  out.HeaderField(kPath, "o", call.path);
  out.HeaderField(kInterface, "s", call.interface);
  out.HeaderField(kMember, "s", call.member);
  if (!signature.empty()) out.HeaderField(kSignature, "g", signature);
  const auto fields = static_cast<uint32_t>(out.bytes_.size() - kFixedHeader);
  memcpy(&out.bytes_[kFixedHeader - 4], &fields, 4);
  out.Align(8);
  return out.bytes_ + body.bytes_;
}

std::optional<size_t> DbusSize(absl::string_view bytes) {
  if (bytes.size() < kFixedHeader) return std::nullopt;
  const size_t body = NumberAt(bytes, 4), fields = NumberAt(bytes, 12);
  if (bytes[0] != 'l' || body > kLargest || fields > kLargest) return 0;
  return Aligned(kFixedHeader + fields, 8) + body;
}

std::optional<DbusMessage> DecodeDbus(absl::string_view bytes) {
  if (bytes.size() < kFixedHeader || DbusSize(bytes) != bytes.size()) return std::nullopt;
  DbusMessage out{.type = static_cast<uint8_t>(bytes[1])};
  const size_t fields_end = kFixedHeader + NumberAt(bytes, 12);
  std::string signature;
  Reader fields(bytes.substr(0, fields_end), kFixedHeader);
  while (fields.ok() && fields.at() < fields_end) {
    fields.Align(8);
    const auto field = fields.Number<uint8_t>();
    const absl::string_view type = fields.Signature();
    std::string value;
    if (type == "g") {
      value = std::string(fields.Signature());
    } else if (!fields.Value(type, value)) {
      return std::nullopt;
    }
    if (field == kErrorName) out.error = value;
    if (field == kMember) out.member = value;
    if (field == kSignature) signature = value;
    if (field == kReplySerial) out.reply_to = static_cast<uint32_t>(strtoul(value.c_str(), nullptr, 10));
  }
  if (!fields.ok()) return std::nullopt;
  // Alignment counts from the message's begin, and the body begins at a multiple of eight.
  Reader body(bytes, Aligned(fields_end, 8));
  for (absl::string_view types = signature; !types.empty();) {
    const absl::string_view type = types.substr(0, absl::StartsWith(types, "ay") ? 2 : 1);
    types.remove_prefix(type.size());
    std::string value;
    if (!body.Value(type, value)) {
      if (!body.ok()) return std::nullopt;
      break;
    }
    out.values.push_back(std::move(value));
  }
  return out;
}

}  // namespace pe::agent
