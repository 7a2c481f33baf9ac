// Evaluate: text in, value or error as text out, over a small environment that all tests of this room share.
#ifndef TESTS_UNIT_EXPRESSION_EVALUATE_H_
#define TESTS_UNIT_EXPRESSION_EVALUATE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/expression/expression.h"
#include "base/expression/template.h"

namespace pe::expression {

inline const Environment& TestEnvironment() {
  static const auto& environment = *[] {
    auto* out = new Environment;
    out->Declare("vars.greeting", Type::kString);
    out->Declare("vars.port", Type::kInt);
    out->Declare("vars.tls", Type::kBool);
    out->Declare("vars.names", Type::kList);
    out->Declare("facts.os_id", Type::kString);
    return out;
  }();
  return environment;
}

inline Bindings TestBindings() {
  Bindings out;
  out.Set("vars.greeting", std::string("hello"));
  out.Set("vars.port", int64_t{8080});
  out.Set("vars.tls", true);
  out.Set("vars.names", List{"a", "b", "c"});
  out.Set("facts.os_id", std::string("debian"));
  return out;
}

// "string:hello", "int:42", "bool:true", "list:a|b", or "compile: ..." / "evaluate: ..." with the error.
inline std::string Evaluate(absl::string_view text) {
  const auto expression = Expression::Compile(text, TestEnvironment());
  if (!expression.ok()) return absl::StrCat("compile: ", expression.status().message());
  const auto value = expression->Evaluate(TestBindings());
  if (!value.ok()) return absl::StrCat("evaluate: ", value.status().message());
  if (TypeOf(*value) != expression->type()) return "the value has another type than was checked";
  const std::string shown = TypeOf(*value) == Type::kList ? absl::StrJoin(std::get<List>(*value), "|") : ToText(*value);
  return absl::StrCat(TypeName(TypeOf(*value)), ":", shown);
}

// The text, or "parse: ..." / "render: ..." with the error.
inline std::string Render(absl::string_view text) {
  const auto parsed = Template::Parse(text, TestEnvironment());
  if (!parsed.ok()) return absl::StrCat("parse: ", parsed.status().message());
  const auto rendered = parsed->Render(TestBindings());
  return rendered.ok() ? *rendered : absl::StrCat("render: ", rendered.status().message());
}

}  // namespace pe::expression

#endif  // TESTS_UNIT_EXPRESSION_EVALUATE_H_
