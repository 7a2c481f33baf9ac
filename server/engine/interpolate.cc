#include "server/engine/interpolate.h"

#include <google/protobuf/descriptor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/expression/template.h"
#include "server/engine/planner.h"
#include "server/engine/secret_reference.h"
#include "server/engine/text_fields.h"

namespace pe {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What a text becomes; nullopt leaves it.
using Rewrite = std::function<std::optional<std::string>(const FieldDescriptor*, const std::string&, const FieldPath&)>;

void RewriteTexts(Message* message, const FieldPath& path, const Rewrite& rewrite);

void RewriteField(Message* message, const FieldDescriptor* field, const FieldPath& path, const Rewrite& rewrite) {
  const auto* reflection = message->GetReflection();
  const bool repeated = field->is_repeated();
  const int size = repeated ? reflection->FieldSize(*message, field) : 1;
  for (int i = 0; i < size; ++i) {
    const FieldPath at(path, field->name(), repeated ? i : -1);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      RewriteTexts(
          repeated ? reflection->MutableRepeatedMessage(message, field, i) : reflection->MutableMessage(message, field),
          at, rewrite);
    } else if (field->type() == FieldDescriptor::TYPE_STRING) {
      std::string scratch;
      auto text = rewrite(field,
                          repeated ? reflection->GetRepeatedStringReference(*message, field, i, &scratch)
                                   : reflection->GetStringReference(*message, field, &scratch),
                          at);
      if (!text.has_value()) continue;
      if (repeated) reflection->SetRepeatedString(message, field, i, *std::move(text));
      else reflection->SetString(message, field, *std::move(text));
    }
  }
}

void RewriteTexts(Message* message, const FieldPath& path, const Rewrite& rewrite) {
  std::vector<const FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool key_of_map = message->GetDescriptor()->options().map_entry() && field->number() == 1;
    if (!IsPlain(field) && !key_of_map) RewriteField(message, field, path, rewrite);
  }
}

// The text with each reference replaced, in one pass: a secret's value is never looked at for references.
std::string Resolved(absl::string_view text, const std::map<std::string, std::string>& secrets) {
  std::string out;
  while (true) {
    const size_t begin = text.find(kSecretBegin);
    const size_t end = begin == absl::string_view::npos ? begin : text.find(kSecretEnd, begin);
    if (end == absl::string_view::npos) break;
    const auto found = secrets.find(std::string(text.substr(begin + 1, end - begin - 1)));
    absl::StrAppend(&out, text.substr(0, begin), found == secrets.end() ? "" : found->second);
    text.remove_prefix(end + 1);
  }
  absl::StrAppend(&out, text);
  return out;
}

}  // namespace

bool Interpolate(Message* message, const FieldPath& path, const expression::Environment& names,
                 const expression::Bindings& values, Report* report) {
  bool secret = false;
  RewriteTexts(message, path,
               [&](const FieldDescriptor*, const std::string& text, const FieldPath& at) -> std::optional<std::string> {
                 if (!expression::Template::Needed(text)) return std::nullopt;
                 const auto parsed = expression::Template::Parse(text, names);
                 const absl::StatusOr<std::string> rendered = parsed.ok() ? parsed->Render(values) : parsed.status();
                 if (rendered.ok()) return secret = secret || HasReferenceCharacter(*rendered), *rendered;
                 report->Add(at, std::string(rendered.status().message()));
                 return std::nullopt;
               });
  return secret;
}

provision::v1::StepBody ResolveSecrets(const provision::v1::StepBody& body,
                                       const std::map<std::string, std::string>& secrets) {
  provision::v1::StepBody out = body;
  RewriteTexts(&out, FieldPath(""),
               [&](const FieldDescriptor*, const std::string& text, const FieldPath&) -> std::optional<std::string> {
                 if (!HasReferenceCharacter(text)) return std::nullopt;
                 return Resolved(text, secrets);
               });
  return out;
}

}  // namespace pe
