#include "server/gateway/field_text.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"
#include "server/gateway/url.h"

namespace pe::gateway {
namespace {

namespace pb = google::protobuf;

constexpr int kMaxDepth = 3;

const pb::FieldDescriptor* FieldNamed(const pb::Descriptor* type, const std::string& name) {
  if (const auto* field = type->FindFieldByName(name)) return field;
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->json_name() == name) return type->field(i);
  }
  return nullptr;
}

// Messages whose JSON form is one word, with whether it is a string there.
enum class WordForm { kNone, kQuoted, kBare };
WordForm FormOf(const pb::Descriptor* type) {
  switch (type->well_known_type()) {
    case pb::Descriptor::WELLKNOWNTYPE_TIMESTAMP:
    case pb::Descriptor::WELLKNOWNTYPE_DURATION:
    case pb::Descriptor::WELLKNOWNTYPE_FIELDMASK:
    case pb::Descriptor::WELLKNOWNTYPE_STRINGVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_BYTESVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_INT64VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_UINT64VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_INT32VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_UINT32VALUE:
    case pb::Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case pb::Descriptor::WELLKNOWNTYPE_FLOATVALUE:
      return WordForm::kQuoted;
    case pb::Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      return WordForm::kBare;
    default:
      return WordForm::kNone;
  }
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') absl::StrAppend(&out, "\\", absl::string_view(&c, 1));
    else if (static_cast<unsigned char>(c) < 0x20) absl::StrAppend(&out, "\\u00", absl::Hex(c, absl::kZeroPad2));
    else out += c;
  }
  return out + "\"";
}

// JSON writes a mask in lowerCamel; query strings also come in proto names.
std::string CamelMask(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_' && i + 1 < text.size()) out += absl::ascii_toupper(text[++i]);
    else out += text[i];
  }
  return out;
}

// Writes one value, with Set or Add by whether the field is repeated.
class Writer {
 public:
  Writer(const ApiSchema& schema, const pb::FieldDescriptor* field, pb::Message* message)
      : schema_(schema), field_(field), message_(message), reflection_(message->GetReflection()) {}

  absl::Status Write(const std::string& text) {
    switch (field_->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_INT32:
        return Number<int32_t>(text, &pb::Reflection::SetInt32, &pb::Reflection::AddInt32);
      case pb::FieldDescriptor::CPPTYPE_INT64:
        return Number<int64_t>(text, &pb::Reflection::SetInt64, &pb::Reflection::AddInt64);
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        return Number<uint32_t>(text, &pb::Reflection::SetUInt32, &pb::Reflection::AddUInt32);
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        return Number<uint64_t>(text, &pb::Reflection::SetUInt64, &pb::Reflection::AddUInt64);
      case pb::FieldDescriptor::CPPTYPE_DOUBLE: {
        double value = 0;
        if (!IsFraction(text) || !absl::SimpleAtod(text, &value)) return Wrong(text, "a number");
        return Put(value, &pb::Reflection::SetDouble, &pb::Reflection::AddDouble);
      }
      case pb::FieldDescriptor::CPPTYPE_FLOAT: {
        float value = 0;
        if (!IsFraction(text) || !absl::SimpleAtof(text, &value)) return Wrong(text, "a number");
        return Put(value, &pb::Reflection::SetFloat, &pb::Reflection::AddFloat);
      }
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        if (text != "true" && text != "false") return Wrong(text, "true or false");
        return Put(text == "true", &pb::Reflection::SetBool, &pb::Reflection::AddBool);
      case pb::FieldDescriptor::CPPTYPE_STRING:
        return String(text);
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        return Enum(text);
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        return Word(text);
    }
    return absl::InternalError("a field of an unknown type");
  }

 private:
  template <typename T>
  absl::Status Put(T value, void (pb::Reflection::*set)(pb::Message*, const pb::FieldDescriptor*, T) const,
                   void (pb::Reflection::*add)(pb::Message*, const pb::FieldDescriptor*, T) const) {
    (reflection_->*(field_->is_repeated() ? add : set))(message_, field_, std::move(value));
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status Number(const std::string& text,
                      void (pb::Reflection::*set)(pb::Message*, const pb::FieldDescriptor*, T) const,
                      void (pb::Reflection::*add)(pb::Message*, const pb::FieldDescriptor*, T) const) {
    T value = 0;
    // SimpleAtoi would also take blanks around it and a plus sign.
    const bool plain =
        !text.empty() && (absl::ascii_isdigit(text[0]) || text[0] == '-') && absl::ascii_isdigit(text.back());
    if (!plain || !absl::SimpleAtoi(text, &value)) {
      return Wrong(text, absl::StrCat("a number of type ", field_->type_name()));
    }
    return Put(value, set, add);
  }

  static bool IsFraction(absl::string_view text) {
    return text == "NaN" || text == "Infinity" || text == "-Infinity" ||
           (!text.empty() && text.find_first_not_of("0123456789+-.eE") == absl::string_view::npos && text[0] != '+');
  }

  absl::Status String(const std::string& text) {
    std::string value = text;
    if (field_->type() == pb::FieldDescriptor::TYPE_BYTES) {
      if (!absl::Base64Unescape(text, &value) && !absl::WebSafeBase64Unescape(text, &value))
        return Wrong(text, "base64");
    } else if (!IsText(text)) {
      return Wrong(text, "UTF-8 text");
    }
    if (field_->is_repeated()) reflection_->AddString(message_, field_, value);
    else reflection_->SetString(message_, field_, value);
    return absl::OkStatus();
  }

  absl::Status Enum(const std::string& text) {
    const pb::EnumValueDescriptor* value = field_->enum_type()->FindValueByName(text);
    int number = 0;
    if (value == nullptr && absl::SimpleAtoi(text, &number)) value = field_->enum_type()->FindValueByNumber(number);
    if (value == nullptr) {
      std::vector<std::string> names;
      for (int i = 0; i < field_->enum_type()->value_count(); ++i) {
        names.push_back(field_->enum_type()->value(i)->name());
      }
      return Wrong(text, absl::StrCat("one of ", absl::StrJoin(names, ", ")));
    }
    return Put(value->number(), &pb::Reflection::SetEnumValue, &pb::Reflection::AddEnumValue);
  }

  absl::Status Word(const std::string& text) {
    const pb::Descriptor* type = field_->message_type();
    const bool mask = type->well_known_type() == pb::Descriptor::WELLKNOWNTYPE_FIELDMASK;
    if (FormOf(type) == WordForm::kBare && text != "true" && text != "false") return Wrong(text, "true or false");
    const auto binary =
        schema_.FromJson(type, FormOf(type) == WordForm::kBare ? text : JsonString(mask ? CamelMask(text) : text));
    if (!binary.ok()) return Wrong(text, absl::StrCat("a ", type->full_name(), " in its JSON form"));
    pb::Message* const part = field_->is_repeated() ? reflection_->AddMessage(message_, field_)
                                                    : reflection_->MutableMessage(message_, field_);
    if (!part->ParseFromString(*binary)) return Wrong(text, absl::StrCat("a ", type->full_name()));
    return absl::OkStatus();
  }

  absl::Status Wrong(absl::string_view text, absl::string_view wanted) const {
    return absl::InvalidArgumentError(absl::StrCat("`", Printable(Shorten(text, 100)), "` is not ", wanted));
  }

  const ApiSchema& schema_;
  const pb::FieldDescriptor* const field_;
  pb::Message* const message_;
  const pb::Reflection* const reflection_;
};

void Gather(const pb::Descriptor* type, const std::string& prefix, int depth, const std::set<std::string>& taken,
            std::vector<std::string>* out) {
  for (int i = 0; i < type->field_count(); ++i) {
    const pb::FieldDescriptor* field = type->field(i);
    const std::string path = absl::StrCat(prefix, field->name());
    if (taken.count(path) > 0) continue;
    if (HasTextForm(field)) {
      out->push_back(path);
    } else if (field->message_type() != nullptr && !field->is_repeated() && depth < kMaxDepth) {
      Gather(field->message_type(), absl::StrCat(path, "."), depth + 1, taken, out);
    }
  }
}

}  // namespace

std::vector<const pb::FieldDescriptor*> FindField(const pb::Descriptor* type, absl::string_view path) {
  std::vector<const pb::FieldDescriptor*> fields;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (type == nullptr || (!fields.empty() && (fields.back()->is_repeated() || HasTextForm(fields.back())))) return {};
    const pb::FieldDescriptor* field = FieldNamed(type, std::string(name));
    if (field == nullptr) return {};
    fields.push_back(field);
    type = field->message_type();
  }
  return fields;
}

std::string ProtoPath(absl::Span<const pb::FieldDescriptor* const> fields) {
  return absl::StrJoin(fields, ".", [](std::string* out, const auto* field) { absl::StrAppend(out, field->name()); });
}

bool HasTextForm(const pb::FieldDescriptor* field) {
  return !field->is_map() && (field->message_type() == nullptr || FormOf(field->message_type()) != WordForm::kNone);
}

absl::Status SetFromText(const ApiSchema& schema, absl::Span<const pb::FieldDescriptor* const> fields,
                         absl::Span<const std::string> values, pb::Message* message) {
  const std::string path = ProtoPath(fields);
  const pb::FieldDescriptor* const field = fields.back();
  if (!HasTextForm(field)) return absl::InvalidArgumentError(absl::StrCat(path, ": can only be given in a body"));
  if (!field->is_repeated() && values.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": has one value, but ", values.size(), " are given"));
  }
  for (const pb::FieldDescriptor* step : fields) {
    const auto* const oneof = step->real_containing_oneof();
    if (oneof != nullptr) {
      const auto* const other = message->GetReflection()->GetOneofFieldDescriptor(*message, oneof);
      if (other != nullptr && other != step) {
        return absl::InvalidArgumentError(
            absl::StrCat(path, ": only one of ", oneof->name(), " may be given, and ", other->name(), " is"));
      }
    }
    if (step != field) message = message->GetReflection()->MutableMessage(message, step);
  }
  Writer writer(schema, field, message);
  for (const std::string& value : values) PE_RETURN_IF_ERROR(Annotate(writer.Write(value), path));
  return absl::OkStatus();
}

std::vector<std::string> TextFields(const pb::Descriptor* type, const std::set<std::string>& taken) {
  std::vector<std::string> out;
  Gather(type, "", 1, taken, &out);
  return out;
}

}  // namespace pe::gateway
