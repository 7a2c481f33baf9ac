#include "base/expression/evaluator.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/expression/limits.h"

namespace pe::expression {
namespace {

class Evaluation {
 public:
  Evaluation(const Ast& ast, const Bindings& bindings) : ast_(ast), bindings_(bindings) {}

  // False after an error, which is then in problem().
  bool Of(int index, Value* out) {
    const Node& node = ast_.nodes[index];
    switch (node.kind) {
      case Node::Kind::kLiteral:
        return *out = node.literal, true;
      case Node::Kind::kName:
        return OfName(node, out);
      case Node::Kind::kList:
        return OfList(node, out);
      case Node::Kind::kAnd:
      case Node::Kind::kOr:
        return OfLogic(node, out);
      case Node::Kind::kConditional:
        return OfConditional(node, out);
      case Node::Kind::kCall:
        return OfCall(node, out);
    }
    return false;
  }
  Problem problem() const { return problem_; }

 private:
  bool OfName(const Node& node, Value* out) {
    const Value* value = bindings_.Find(node.text);
    if (value == nullptr) return Fail(node, absl::StrCat("`", node.text, "` has no value"));
    if (TypeOf(*value) != node.type) return Fail(node, absl::StrCat("`", node.text, "` is not ", TypeName(node.type)));
    const auto* text = std::get_if<std::string>(value);
    if (text != nullptr && text->size() > kMaxTextBytes)
      return Fail(node, absl::StrCat("`", node.text, "` is larger than 1 MiB"));
    *out = *value;
    return true;
  }

  bool OfList(const Node& node, Value* out) {
    List list;
    for (const int child : node.children) {
      Value element;
      if (!Of(child, &element)) return false;
      list.push_back(std::move(std::get<std::string>(element)));
    }
    *out = std::move(list);
    return true;
  }

  bool OfLogic(const Node& node, Value* out) {
    const bool decides = node.kind == Node::Kind::kOr;
    if (!Of(node.children[0], out)) return false;
    return std::get<bool>(*out) == decides || Of(node.children[1], out);
  }

  bool OfConditional(const Node& node, Value* out) {
    Value condition;
    if (!Of(node.children[0], &condition)) return false;
    return Of(node.children[std::get<bool>(condition) ? 1 : 2], out);
  }

  bool OfCall(const Node& node, Value* out) {
    Arguments arguments(node.children.size());
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!Of(node.children[i], &arguments[i])) return false;
    }
    absl::StatusOr<Value> result = node.function->apply(arguments);
    if (!result.ok()) return Fail(node, std::string(result.status().message()));
    *out = *std::move(result);
    return true;
  }

  bool Fail(const Node& node, std::string text) {
    problem_ = {node.at, std::move(text)};
    return false;
  }

  const Ast& ast_;
  const Bindings& bindings_;
  Problem problem_;
};

}  // namespace

std::variant<Value, Problem> Evaluate(const Ast& ast, const Bindings& bindings) {
  Evaluation evaluation(ast, bindings);
  Value out;
  if (evaluation.Of(ast.root, &out)) return out;
  return evaluation.problem();
}

}  // namespace pe::expression
