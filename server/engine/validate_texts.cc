#include "server/engine/validate_texts.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/expression/expression.h"
#include "base/expression/template.h"
#include "server/engine/secret_reference.h"
#include "server/engine/text_fields.h"

namespace pe {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using provision::v1::Step;

constexpr char kSecretHere[] =
    "uses a secret where it would be seen; secrets may be used in the content of files and file edits, the standard "
    "input and environment "
    "of exec, user.password_hash and the headers of an http probe";

}  // namespace

struct TextCheck::Scope {
  const expression::Environment* names = nullptr;  // null: not interpolated
};

void TextCheck::Walk(const Message& message, const FieldPath& path) {
  Scope scope;
  if (names_ != nullptr) scope.names = &names_->names();
  WalkFields(message, path, scope);
}

// What protobuf would pass over in silence is a part of the document that would not be brought about.
void TextCheck::UnknownFields(const Message& message, const FieldPath& path) {
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  for (int i = 0; i < unknown.field_count() && !report_->full(); ++i) {
    report_->Add(path, absl::StrCat("has a field that this engine does not know, or of another type (number ",
                                    unknown.field(i).number(), "); is the client newer than the engine?"));
  }
}

void TextCheck::WalkFields(const Message& message, const FieldPath& path, const Scope& scope) {
  UnknownFields(message, path);
  Scope here = scope;
  const bool loop = here.names != nullptr && message.GetDescriptor() == Step::descriptor() &&
                    !static_cast<const Step&>(message).for_each().empty();
  if (loop) here.names = &names_->with_item();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (report_->full()) return;
    WalkField(message, field, path, IsPlain(field) ? Scope{} : here);
  }
}

void TextCheck::WalkField(const Message& message, const FieldDescriptor* field, const FieldPath& path,
                          const Scope& scope) {
  const auto* reflection = message.GetReflection();
  const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
  for (int i = 0; i < size && !report_->full(); ++i) {
    const FieldPath at(path, field->name(), field->is_repeated() ? i : -1);
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      std::string scratch;
      Text(field,
           field->is_repeated() ? reflection->GetRepeatedStringReference(message, field, i, &scratch)
                                : reflection->GetStringReference(message, field, &scratch),
           at, scope);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      WalkFields(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                      : reflection->GetMessage(message, field),
                 at, scope);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      Enum(field,
           field->is_repeated() ? reflection->GetRepeatedEnumValue(message, field, i)
                                : reflection->GetEnumValue(message, field),
           at);
    }
  }
}

void TextCheck::Text(const FieldDescriptor* field, const std::string& text, const FieldPath& path, const Scope& scope) {
  if (HasReferenceCharacter(text))
    return report_->Add(path, "has a control character (\\x1e or \\x1f), which stands for secrets inside the engine");
  if (names_ == nullptr || !expression::Template::Needed(text)) return;
  if (scope.names != nullptr) return Template(field, text, path, scope);
  if (!IsFreeText(field)) report_->Add(path, "is taken as it stands: `${...}` has no meaning here");
}

void TextCheck::Template(const FieldDescriptor* field, const std::string& text, const FieldPath& path,
                         const Scope& scope) {
  const auto parsed = expression::Template::Parse(text, *scope.names);
  if (!parsed.ok()) {
    const bool unknown = parsed.status().message().find("is not known") != absl::string_view::npos;
    return report_->Add(path,
                        absl::StrCat(parsed.status().message(), unknown ? " (a literal `${` is written `$${`)" : ""));
  }
  for (const auto& piece : parsed->pieces()) {
    if (!piece.expression.has_value() || !names_->UsesSecret(*piece.expression)) continue;
    if (!MayHoldSecret(field)) return report_->Add(path, kSecretHere);
    if (!piece.expression->IsName())
      return report_->Add(path,
                          "computes with a secret; its value is known only on the host: use `${vars.NAME}` alone");
  }
}

void TextCheck::Enum(const FieldDescriptor* field, int value, const FieldPath& path) {
  if (field->enum_type()->FindValueByNumber(value) == nullptr) {
    report_->Add(path, absl::StrCat(value, " is not a value of ", field->enum_type()->name(),
                                    "; is the client newer than the engine?"));
  }
}

void TextCheck::Condition(const Step& step, const FieldPath& path) {
  const bool loop = !step.for_each().empty();
  const expression::Environment& names = loop ? names_->with_item() : names_->names();
  if (!step.when().empty()) Expression(FieldPath(path, "when"), step.when(), names, expression::Type::kBool);
  if (loop) Expression(FieldPath(path, "for_each"), step.for_each(), names_->names(), expression::Type::kList);
}

void TextCheck::Expression(const FieldPath& path, absl::string_view text, const expression::Environment& names,
                           expression::Type wanted) {
  const auto compiled = expression::Expression::Compile(text, names);
  if (!compiled.ok()) return report_->Add(path, std::string(compiled.status().message()));
  if (compiled->type() != wanted) {
    return report_->Add(path, absl::StrCat("yields ", expression::TypeName(compiled->type()), " and must yield ",
                                           expression::TypeName(wanted)));
  }
  if (names_->UsesSecret(*compiled)) report_->Add(path, "uses a secret; what a plan looks like may not depend on one");
}

}  // namespace pe
