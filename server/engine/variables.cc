#include "server/engine/variables.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/expression/limits.h"
#include "base/text.h"
#include "server/engine/planner.h"
#include "server/engine/secret_reference.h"

namespace pe {
namespace {

using expression::List;
using expression::Value;
using provision::v1::ServiceSpec;
using provision::v1::Variable;

constexpr int kMaxVariables = 1000;  // far more than a person can fill in; bounds the search for similar names

std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", Shorten(Printable(text.substr(0, 256)), 60), "'");
}

absl::StatusOr<Value> ParseList(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  List out;
  if (absl::StartsWith(text, "[")) {
    const nlohmann::json parsed = nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (!parsed.is_array())
      return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " begins like a JSON list and is none"));
    for (const nlohmann::json& element : parsed) {
      if (element.is_structured() || element.is_null())
        return absl::InvalidArgumentError("the elements of a list must be texts, numbers or truth values");
      out.push_back(element.is_string() ? element.get<std::string>() : element.dump());
    }
  } else if (!text.empty()) {
    for (const absl::string_view element : absl::StrSplit(text, ','))
      out.emplace_back(absl::StripAsciiWhitespace(element));
  }
  if (out.size() > expression::kMaxListSize)
    return absl::InvalidArgumentError(absl::StrCat("the list has more than ", expression::kMaxListSize, " elements"));
  for (const std::string& element : out) {
    if (HasReferenceCharacter(element))
      return absl::InvalidArgumentError("the list has a control character (\\x1e or \\x1f) in it");
  }
  return Value(std::move(out));
}

// Why a value cannot be used; empty when it can.
std::string Problem(const Variable& variable, absl::string_view value) {
  if (value.size() > expression::kMaxTextBytes) return "is larger than 1 MiB";
  const auto parsed = ParseVariable(variable.type(), value);
  return parsed.ok() ? "" : std::string(parsed.status().message());
}

std::vector<std::string> DeclaredNames(const ServiceSpec& spec) {
  std::vector<std::string> out;
  for (const Variable& variable : spec.variables()) out.push_back(variable.name());
  return out;
}

}  // namespace

expression::Type ExpressionType(Variable::Type type) {
  switch (type) {
    case Variable::INT:
      return expression::Type::kInt;
    case Variable::BOOL:
      return expression::Type::kBool;
    case Variable::LIST:
      return expression::Type::kList;
    default:
      return expression::Type::kString;
  }
}

absl::StatusOr<Value> ParseVariable(Variable::Type type, absl::string_view text) {
  if (type == Variable::SECRET) {
    if (HasReferenceCharacter(text))
      return absl::InvalidArgumentError("the secret has a control character (\\x1e or \\x1f) in it");
    return Value(std::string(text));
  }
  if (HasReferenceCharacter(text))
    return absl::InvalidArgumentError("the value has a control character (\\x1e or \\x1f) in it");
  int64_t number = 0;
  switch (type) {
    case Variable::INT:
      if (absl::SimpleAtoi(text, &number)) return Value(number);
      return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " is not a whole number of 64 bits"));
    case Variable::BOOL:
      if (text == "true" || text == "false") return Value(text == "true");
      return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " is neither true nor false"));
    case Variable::LIST:
      return ParseList(text);
    default:
      return Value(std::string(text));
  }
}

void CheckDeclarations(const ServiceSpec& spec, const FieldPath& path, Report* report) {
  if (spec.variables_size() > kMaxVariables)
    return report->Add(path, "variables", absl::StrCat("more than ", kMaxVariables, " variables"));
  std::set<absl::string_view> names;
  for (int i = 0; i < spec.variables_size() && !report->full(); ++i) {
    const Variable& variable = spec.variables(i);
    const FieldPath at(path, "variables", i);
    if (variable.name().empty()) report->Add(at, "name", "is required");
    else report->Plain(FieldPath(at, "name"), variable.name(), rule::VariableName);
    if (!variable.name().empty() && !names.insert(variable.name()).second)
      report->Add(at, "name", absl::StrCat("'", variable.name(), "' is declared twice"));
    if (!variable.has_default_()) continue;
    if (variable.type() == Variable::SECRET)
      report->Add(at, "default", "a secret has no default: the document would tell it; give it with the request");
    else if (const std::string problem = Problem(variable, variable.default_()); !problem.empty())
      report->Add(at, "default", problem);
  }
}

void CheckGiven(const ServiceSpec& spec, const std::map<std::string, std::string>& given, Report* report) {
  const FieldPath path("variables");
  const std::vector<std::string> names = DeclaredNames(spec);
  std::map<absl::string_view, const Variable*> declared;
  for (const Variable& variable : spec.variables()) declared.emplace(variable.name(), &variable);
  for (const auto& [name, value] : given) {
    if (report->full()) return;
    const std::string shown = Shorten(Printable(name), 64);
    const auto found = declared.find(name);
    if (found == declared.end()) {
      report->Add(path, shown, absl::StrCat("the spec does not declare it", report->DidYouMean(name, names)));
    } else if (const std::string problem = Problem(*found->second, value); !problem.empty()) {
      report->Add(path, shown, problem);
    }
  }
}

void CheckMissing(const ServiceSpec& spec, const std::map<std::string, std::string>& given, Missing which,
                  Report* report) {
  std::set<std::string> missing;
  for (const Variable& variable : spec.variables()) {
    if (variable.has_default_() || given.contains(variable.name())) continue;
    if (which == Missing::kAny || variable.type() == Variable::SECRET) missing.insert(variable.name());
  }
  for (const std::string& name : missing) {
    if (report->full()) return;
    report->Add(FieldPath("variables"), name, "is required: it is declared without a default");
  }
}

absl::StatusOr<Variables> BindVariables(const ServiceSpec& spec, const std::map<std::string, std::string>& given,
                                        std::map<std::string, std::string>* secrets) {
  Report report(Report::Texts::kFinal);
  CheckGiven(spec, given, &report);
  CheckMissing(spec, given, Missing::kAny, &report);
  if (!report.empty()) return InvalidRequest(report.Take());
  Variables out;
  for (const Variable& variable : spec.variables()) {
    const auto found = given.find(variable.name());
    const std::string& value = found == given.end() ? variable.default_() : found->second;
    if (variable.type() == Variable::SECRET) {
      out.secret_names.push_back(variable.name());
      (*secrets)[variable.name()] = value;
    } else {
      out.values[variable.name()] = value;
    }
  }
  return out;
}

}  // namespace pe
