#include "client/cli/explain/spec_docs.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"

// The output of protoc --descriptor_set_out --include_source_info; see CMakeLists.txt.
extern "C" const char pe_spec_descriptors_begin[];
extern "C" const char pe_spec_descriptors_end[];

__asm__(
    ".pushsection .rodata\n"
    ".global pe_spec_descriptors_begin\n"
    ".global pe_spec_descriptors_end\n"
    "pe_spec_descriptors_begin:\n"
    ".incbin \"" PE_SPEC_DESCRIPTORS
    "\"\n"
    "pe_spec_descriptors_end:\n"
    ".byte 0\n"
    ".popsection\n");

namespace pe::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr size_t kNameColumns = 22;

// The comment above a declaration, its lines joined.
template <typename Declared>
std::string Comment(const Declared& declared) {
  google::protobuf::SourceLocation where;
  if (!declared.GetSourceLocation(&where)) return "";
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(where.leading_comments, '\n', absl::SkipWhitespace())) {
    lines.emplace_back(absl::StripAsciiWhitespace(line));
  }
  return absl::StrJoin(lines, " ");
}

std::string TypeName(const FieldDescriptor& field) {
  std::string name;
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      name = "text";
      break;
    case FieldDescriptor::TYPE_BYTES:
      name = "bytes (base64)";
      break;
    case FieldDescriptor::TYPE_BOOL:
      name = "true or false";
      break;
    case FieldDescriptor::TYPE_DOUBLE:
      name = "number";
      break;
    case FieldDescriptor::TYPE_ENUM:
      name = "one of a list";
      break;
    case FieldDescriptor::TYPE_MESSAGE:
      name = field.message_type()->full_name() == "google.protobuf.Duration" ? "duration (\"30s\")"
                                                                             : field.message_type()->name();
      break;
    default:
      name = "whole number";
      break;
  }
  return field.is_repeated() ? absl::StrCat("list of ", name) : name;
}

std::string Values(const EnumDescriptor& type) {
  std::string out;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    const std::string& name = type.value(i)->name();
    absl::StrAppend(&out, "  ", name, std::string(name.size() < kNameColumns ? kNameColumns - name.size() : 1, ' '),
                    Comment(*type.value(i)), "\n");
  }
  return out;
}

std::string FieldLine(const FieldDescriptor& field) {
  const std::string& name = field.json_name();
  std::string out =
      absl::StrCat("  ", name, std::string(name.size() < kNameColumns ? kNameColumns - name.size() : 1, ' '));
  return absl::StrCat(out, TypeName(field), ". ", Comment(field), "\n");
}

// Fields in order; of a oneof they stand under a line of its own.
std::string Fields(const Descriptor& type) {
  std::string out;
  const google::protobuf::OneofDescriptor* oneof = nullptr;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* const its = type.field(i)->real_containing_oneof();
    if (its != nullptr && its != oneof) absl::StrAppend(&out, "\n  One of (", its->name(), "):\n");
    if (its == nullptr && oneof != nullptr) out += "\n";
    oneof = its;
    out += FieldLine(*type.field(i));
  }
  return out;
}

const FieldDescriptor* Find(const Descriptor& type, const std::string& name) {
  if (const auto* field = type.FindFieldByName(name)) return field;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == name) return type.field(i);
  }
  return nullptr;
}

bool HasFields(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE &&
         field.message_type()->full_name() != "google.protobuf.Duration";
}

std::string TextOf(const FieldDescriptor& field, absl::string_view path) {
  std::string out = absl::StrCat(path, ": ", TypeName(field), "\n", Comment(field), "\n");
  if (field.type() == FieldDescriptor::TYPE_ENUM) absl::StrAppend(&out, "\n", Values(*field.enum_type()));
  if (!HasFields(field)) return out;
  const std::string own = Comment(*field.message_type());
  if (!own.empty()) absl::StrAppend(&out, own, "\n");
  absl::StrAppend(&out, "\n", Fields(*field.message_type()));
  return out;
}

absl::Status Unknown(const std::string& word, const std::vector<const Descriptor*>& types, absl::string_view path) {
  std::vector<std::string> names;
  for (const Descriptor* type : types) {
    for (int i = 0; i < type->field_count(); ++i) names.push_back(type->field(i)->json_name());
  }
  const std::string nearest = Nearest(word, names);
  const std::string hint = nearest.empty() ? absl::StrCat("; there are ", absl::StrJoin(names, ", "))
                                           : absl::StrCat("; did you mean ", nearest, "?");
  return absl::NotFoundError(
      absl::StrCat(path.empty() ? "a spec" : path, " has no field \"", Printable(word), "\"", hint));
}

}  // namespace

SpecDocs::SpecDocs() {
  google::protobuf::FileDescriptorSet files;
  files.ParseFromArray(pe_spec_descriptors_begin,
                       static_cast<int>(pe_spec_descriptors_end - pe_spec_descriptors_begin));
  for (const auto& file : files.file()) pool_.BuildFile(file);
  spec_ = pool_.FindMessageTypeByName("provision.v1.ServiceSpec");
  step_ = pool_.FindMessageTypeByName("provision.v1.Step");
}

absl::StatusOr<std::string> SpecDocs::Explain(absl::string_view what) const {
  if (what.empty()) {
    return absl::StrCat(Comment(*spec_), "\n\nA spec has:\n", Fields(*spec_), "\nEach of its steps has:\n",
                        Fields(*step_),
                        "\nMore: pe explain KIND, pe explain KIND.FIELD, for example: pe explain file.mode\n");
  }
  // The first word is a field of the spec or of a step; a step's kind goes before a section of the same name.
  std::vector<const Descriptor*> types = {step_, spec_};
  const FieldDescriptor* field = nullptr;
  std::string path;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(what, '.'))) {
    const FieldDescriptor* next = nullptr;
    for (const Descriptor* type : types) {
      if (next == nullptr) next = Find(*type, word);
    }
    if (next == nullptr) return Unknown(word, types, path);
    field = next;
    absl::StrAppend(&path, path.empty() ? "" : ".", field->json_name());
    types.clear();
    if (HasFields(*field)) types.push_back(field->message_type());
  }
  return TextOf(*field, path);
}

}  // namespace pe::cli
