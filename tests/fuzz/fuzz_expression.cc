// Expressions and templates. Input: the text. What compiles has a type, and evaluates to that type or to an error.
#include "absl/strings/string_view.h"
#include "base/expression/expression.h"
#include "base/expression/template.h"
#include "tests/fuzz/check.h"

using pe::expression::Bindings;
using pe::expression::Environment;
using pe::expression::Expression;
using pe::expression::List;
using pe::expression::Template;
using pe::expression::Type;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto& environment = *[] {
    auto* out = new Environment;
    out->Declare("vars.text", Type::kString);
    out->Declare("vars.port", Type::kInt);
    out->Declare("vars.tls", Type::kBool);
    out->Declare("vars.names", Type::kList);
    out->Declare("facts.os_id", Type::kString);
    out->Declare("item", Type::kString);
    return out;
  }();
  static const auto& bindings = *[] {
    auto* out = new Bindings;
    out->Set("vars.text", std::string("a,b,,ä\n"));
    out->Set("vars.port", int64_t{8080});
    out->Set("vars.tls", true);
    out->Set("vars.names", List{"one", "", "three"});
    out->Set("facts.os_id", std::string("debian"));
    out->Set("item", std::string("9223372036854775807"));
    return out;
  }();
  if (const auto expression = Expression::Compile(text, environment); expression.ok()) {
    const auto value = expression->Evaluate(bindings);
    FUZZ_CHECK(!value.ok() || pe::expression::TypeOf(*value) == expression->type(), text);
    for (const std::string& name : expression->Names()) FUZZ_CHECK(environment.Find(name).has_value(), name);
  } else {
    FUZZ_CHECK(!expression.status().message().empty(), text);
  }
  const auto parsed = Template::Parse(text, environment);
  if (!parsed.ok()) return 0;
  const auto rendered = parsed->Render(bindings);
  FUZZ_CHECK(Template::Needed(text) || (rendered.ok() && *rendered == text), text);
  return 0;
}
