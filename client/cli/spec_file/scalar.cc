#include "client/cli/spec_file/scalar.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/text.h"

namespace pe::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Type = FieldDescriptor::CppType;

// The range of google.protobuf.Duration.
constexpr int64_t kMaxDurationSeconds = 315'576'000'000;

bool IsInteger(absl::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

template <typename T>
std::string ParseInteger(const YamlNode& node, T* out) {
  if (!IsInteger(node.text)) return absl::StrCat("expected a whole number, found ", Describe(node));
  if (absl::SimpleAtoi(node.text, out)) return "";
  return absl::StrCat(node.text, " is out of range; it must be from ", std::numeric_limits<T>::min(), " to ",
                      std::numeric_limits<T>::max());
}

std::string ParseBool(const YamlNode& node, bool* out) {
  if (!node.quoted && (node.text == "true" || node.text == "false")) {
    *out = node.text == "true";
    return "";
  }
  const std::string lower = absl::AsciiStrToLower(node.text);
  std::string hint;
  if (lower == "true" || lower == "yes" || lower == "on" || lower == "1") hint = "; write true";
  if (lower == "false" || lower == "no" || lower == "off" || lower == "0") hint = "; write false";
  return absl::StrCat("expected true or false, found ", Describe(node), hint);
}

std::string ParseDouble(const YamlNode& node, double* out) {
  if (absl::SimpleAtod(node.text, out)) return "";
  return absl::StrCat("expected a number, found ", Describe(node));
}

std::string ParseEnum(const YamlNode& node, const google::protobuf::EnumDescriptor& type, int* out) {
  if (const auto* value = type.FindValueByName(node.text)) {
    *out = value->number();
    return "";
  }
  int number = 0;
  if (!node.quoted && absl::SimpleAtoi(node.text, &number) && type.FindValueByNumber(number) != nullptr) {
    *out = number;
    return "";
  }
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(type.value(i)->name());
  }
  const std::string nearest = Nearest(absl::AsciiStrToUpper(node.text), names);
  return absl::StrCat("expected one of ", absl::StrJoin(names, ", "), ", found ", Describe(node),
                      nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?"));
}

// "30s" and "1.5s", as protobuf's JSON form has it; for "5m" the error says how to write it.
std::string ParseDuration(const YamlNode& node, google::protobuf::Duration* out) {
  absl::string_view digits = node.text;
  absl::Duration value;
  const bool known = absl::ParseDuration(node.text, &value);
  const bool seconds = absl::EndsWith(digits, "s") && digits.find_first_not_of("0123456789.-") == digits.size() - 1;
  if (!known || !seconds) {
    std::string hint = "a number of seconds such as \"30s\" or \"1.5s\"";
    if (known) hint = absl::StrCat("\"", absl::ToInt64Seconds(value), "s\"");
    if (IsInteger(node.text)) hint = absl::StrCat("\"", node.text, "s\" for seconds");
    return absl::StrCat("expected a duration, found ", Describe(node), "; write ", hint);
  }
  if (absl::AbsDuration(value) > absl::Seconds(kMaxDurationSeconds))
    return absl::StrCat(node.text, " is too long a duration");
  const int64_t whole = absl::IDivDuration(value, absl::Seconds(1), &value);
  out->set_seconds(whole);
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(value)));
  return "";
}

std::string ParseBytes(const YamlNode& node, std::string* out) {
  std::string text = node.text;  // block scalars bring line ends, which base64 allows
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return absl::ascii_isspace(c); }), text.end());
  if (absl::Base64Unescape(text, out) || absl::WebSafeBase64Unescape(text, out)) return "";
  return absl::StrCat("expected base64, found ", Describe(node), "; make it with: base64 FILE");
}

template <typename T, typename Set, typename Add>
void Put(const FieldDescriptor& field, Message* message, Set set, Add add, T value) {
  const auto* reflection = message->GetReflection();
  if (field.is_repeated()) {
    (reflection->*add)(message, &field, std::move(value));
  } else {
    (reflection->*set)(message, &field, std::move(value));
  }
}

using google::protobuf::Reflection;

}  // namespace

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == Type::CPPTYPE_MESSAGE && field.message_type()->full_name() == "google.protobuf.Duration";
}

std::string SetScalar(const YamlNode& node, const FieldDescriptor& field, Message* message) {
  std::string wrong;
  const auto put = [&](auto value, auto set, auto add) {
    if (wrong.empty()) Put(field, message, set, add, std::move(value));
  };
  switch (field.cpp_type()) {
    case Type::CPPTYPE_STRING: {
      std::string value = node.text;
      if (field.type() == FieldDescriptor::TYPE_BYTES) wrong = ParseBytes(node, &value);
      put(std::move(value), &Reflection::SetString, &Reflection::AddString);
      break;
    }
    case Type::CPPTYPE_INT32: {
      int32_t value = 0;
      wrong = ParseInteger(node, &value);
      put(value, &Reflection::SetInt32, &Reflection::AddInt32);
      break;
    }
    case Type::CPPTYPE_INT64: {
      int64_t value = 0;
      wrong = ParseInteger(node, &value);
      put(value, &Reflection::SetInt64, &Reflection::AddInt64);
      break;
    }
    case Type::CPPTYPE_UINT32: {
      uint32_t value = 0;
      wrong = ParseInteger(node, &value);
      put(value, &Reflection::SetUInt32, &Reflection::AddUInt32);
      break;
    }
    case Type::CPPTYPE_UINT64: {
      uint64_t value = 0;
      wrong = ParseInteger(node, &value);
      put(value, &Reflection::SetUInt64, &Reflection::AddUInt64);
      break;
    }
    case Type::CPPTYPE_BOOL: {
      bool value = false;
      wrong = ParseBool(node, &value);
      put(value, &Reflection::SetBool, &Reflection::AddBool);
      break;
    }
    case Type::CPPTYPE_DOUBLE:
    case Type::CPPTYPE_FLOAT: {
      double value = 0;
      wrong = ParseDouble(node, &value);
      if (field.cpp_type() == Type::CPPTYPE_DOUBLE) {
        put(value, &Reflection::SetDouble, &Reflection::AddDouble);
      } else {
        put(static_cast<float>(value), &Reflection::SetFloat, &Reflection::AddFloat);
      }
      break;
    }
    case Type::CPPTYPE_ENUM: {
      int value = 0;
      wrong = ParseEnum(node, *field.enum_type(), &value);
      put(value, &Reflection::SetEnumValue, &Reflection::AddEnumValue);
      break;
    }
    case Type::CPPTYPE_MESSAGE: {
      google::protobuf::Duration value;
      wrong = ParseDuration(node, &value);
      if (!wrong.empty()) break;
      const auto* reflection = message->GetReflection();
      (field.is_repeated() ? reflection->AddMessage(message, &field) : reflection->MutableMessage(message, &field))
          ->CopyFrom(value);
      break;
    }
  }
  return wrong;
}

}  // namespace pe::cli
