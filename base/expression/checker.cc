#include "base/expression/checker.h"

#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace pe::expression {
namespace {

using MaybeProblem = std::optional<Problem>;

MaybeProblem Want(const Ast& ast, int node, Type type, absl::string_view what) {
  const Node& n = ast.nodes[node];
  if (n.type == type) return std::nullopt;
  return Problem{n.at, absl::StrCat(what, " must be ", TypeName(type), ", and this is ", TypeName(n.type))};
}

MaybeProblem CheckName(const Environment& environment, Node* node) {
  const auto type = environment.Find(node->text);
  if (type.has_value()) return node->type = *type, std::nullopt;
  const std::string near = environment.Suggest(node->text);
  return Problem{
      node->at,
      absl::StrCat("`", Shorten(node->text, 64), "` is not known",
                   near.empty() ? "; known are vars.NAME for declared variables, facts.NAME, and item inside for_each"
                                : absl::StrCat("; did you mean `", near, "`?"))};
}

MaybeProblem CheckCall(const Ast& ast, Node* node) {
  std::vector<Type> types;
  for (const int child : node->children) types.push_back(ast.nodes[child].type);
  node->function = FindFunction(node->text, types);
  if (node->function == nullptr) return Problem{node->at, ExplainMissing(node->text, types)};
  node->type = node->function->result;
  return std::nullopt;
}

MaybeProblem CheckLogic(const Ast& ast, Node* node) {
  node->type = Type::kBool;
  for (const int child : node->children) {
    if (MaybeProblem p = Want(ast, child, Type::kBool, absl::StrCat("a side of `", node->text, "`"))) return p;
  }
  return std::nullopt;
}

MaybeProblem CheckConditional(const Ast& ast, Node* node) {
  if (MaybeProblem p = Want(ast, node->children[0], Type::kBool, "what is before `?`")) return p;
  node->type = ast.nodes[node->children[1]].type;
  return Want(ast, node->children[2], node->type, "what is after `:`");
}

MaybeProblem CheckList(const Ast& ast, Node* node) {
  node->type = Type::kList;
  for (const int child : node->children) {
    if (MaybeProblem p = Want(ast, child, Type::kString, "an element of a list")) return p;
  }
  return std::nullopt;
}

}  // namespace

// Children come before their parents in the vector, so one pass in order is enough.
std::optional<Problem> Check(const Environment& environment, Ast* ast) {
  for (Node& node : ast->nodes) {
    MaybeProblem problem;
    switch (node.kind) {
      case Node::Kind::kLiteral:
        node.type = TypeOf(node.literal);
        break;
      case Node::Kind::kName:
        problem = CheckName(environment, &node);
        break;
      case Node::Kind::kList:
        problem = CheckList(*ast, &node);
        break;
      case Node::Kind::kAnd:
      case Node::Kind::kOr:
        problem = CheckLogic(*ast, &node);
        break;
      case Node::Kind::kConditional:
        problem = CheckConditional(*ast, &node);
        break;
      case Node::Kind::kCall:
        problem = CheckCall(*ast, &node);
        break;
    }
    if (problem.has_value()) return problem;
  }
  return std::nullopt;
}

}  // namespace pe::expression
