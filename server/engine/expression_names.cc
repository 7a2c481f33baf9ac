#include "server/engine/expression_names.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "server/engine/secret_reference.h"
#include "server/engine/variables.h"

namespace pe {
namespace {

using expression::Bindings;
using expression::Environment;
using expression::List;
using expression::Type;
using expression::Value;
using google::protobuf::FieldDescriptor;
using provision::v1::Facts;
using provision::v1::ServiceSpec;
using provision::v1::Variable;

std::string Harmless(std::string text) {
  for (char& c : text) {
    if (c == kSecretBegin || c == kSecretEnd) c = '?';
  }
  return text;
}

// The type of a fact; nullopt for one that expressions cannot see.
std::optional<Type> FactType(const FieldDescriptor* field) {
  if (field->is_repeated()) {
    const bool texts = field->type() == FieldDescriptor::TYPE_STRING || field->type() == FieldDescriptor::TYPE_ENUM;
    return texts ? std::optional(Type::kList) : std::nullopt;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return Type::kInt;
    case FieldDescriptor::CPPTYPE_BOOL:
      return Type::kBool;
    case FieldDescriptor::CPPTYPE_STRING:
      return Type::kString;
    default:
      return std::nullopt;
  }
}

Value ListFact(const Facts& facts, const FieldDescriptor* field) {
  const auto* reflection = facts.GetReflection();
  List out;
  for (int i = 0; i < reflection->FieldSize(facts, field); ++i) {
    const bool text = field->type() == FieldDescriptor::TYPE_STRING;
    out.push_back(text ? Harmless(reflection->GetRepeatedString(facts, field, i))
                       : std::string(reflection->GetRepeatedEnum(facts, field, i)->name()));
  }
  return out;
}

Value FactValue(const Facts& facts, const FieldDescriptor* field) {
  const auto* reflection = facts.GetReflection();
  if (field->is_repeated()) return ListFact(facts, field);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return int64_t{reflection->GetInt32(facts, field)};
    case FieldDescriptor::CPPTYPE_INT64:
      return int64_t{reflection->GetInt64(facts, field)};
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(facts, field);
    default:
      return Harmless(reflection->GetString(facts, field));
  }
}

template <typename Do>
void ForEachFact(Do&& act) {
  const auto* descriptor = Facts::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto type = FactType(descriptor->field(i));
    if (type.has_value()) act(absl::StrCat("facts.", descriptor->field(i)->name()), *type, descriptor->field(i));
  }
}

void BindVariable(const Variable& variable, const std::string& value, Bindings* out) {
  auto parsed = ParseVariable(variable.type(), value);
  if (parsed.ok()) out->Set(absl::StrCat("vars.", variable.name()), *std::move(parsed));
}

}  // namespace

const Environment& FactsEnvironment() {
  static const Environment& environment = *[] {
    auto* out = new Environment;
    ForEachFact([&](const std::string& name, Type type, const FieldDescriptor*) { out->Declare(name, type); });
    return out;
  }();
  return environment;
}

SpecNames::SpecNames(const ServiceSpec& spec) : names_(&FactsEnvironment()), with_item_(&names_) {
  for (const Variable& variable : spec.variables()) {
    const std::string name = absl::StrCat("vars.", variable.name());
    names_.Declare(name, ExpressionType(variable.type()));
    if (variable.type() == Variable::SECRET) secrets_.insert(name);
  }
  with_item_.Declare("item", Type::kString);
}

bool SpecNames::UsesSecret(const expression::Expression& expression) const {
  if (secrets_.empty()) return false;
  const std::vector<std::string> used = expression.Names();
  return std::any_of(used.begin(), used.end(), [&](const std::string& name) { return secrets_.contains(name); });
}

Bindings SpecBindings(const ServiceSpec& spec, const Variables& variables, const Facts& facts) {
  Bindings out;
  ForEachFact(
      [&](const std::string& name, Type, const FieldDescriptor* field) { out.Set(name, FactValue(facts, field)); });
  for (const Variable& variable : spec.variables()) {
    if (variable.type() == Variable::SECRET) {
      out.Set(absl::StrCat("vars.", variable.name()), SecretReference(variable.name()));
    } else if (const auto found = variables.values.find(variable.name()); found != variables.values.end()) {
      BindVariable(variable, found->second, &out);
    }
  }
  return out;
}

}  // namespace pe
