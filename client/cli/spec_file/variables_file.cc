#include "client/cli/spec_file/variables_file.h"

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/cli/spec_file/yaml_tree.h"

namespace pe::cli {
namespace {

// The value as the request carries it; false when it has no such form.
bool ToText(const YamlNode& node, std::string* out) {
  if (node.kind == YamlNode::Kind::kScalar) {
    *out = node.text;
    return true;
  }
  if (node.kind != YamlNode::Kind::kSequence) return false;
  nlohmann::json list = nlohmann::json::array();
  for (const YamlNode* item : node.items) {
    if (item->kind != YamlNode::Kind::kScalar) return false;
    list.push_back(item->text);
  }
  *out = list.dump();
  return true;
}

}  // namespace

std::vector<Problem> ParseVariables(const Document& document, std::map<std::string, std::string>* variables) {
  std::vector<Problem> problems;
  YamlTree tree;
  if (!tree.Parse(document.text, &problems)) return problems;
  if (tree.root().kind != YamlNode::Kind::kMap) {
    problems.push_back(
        {tree.root().at, "", absl::StrCat("expected a map from names to values, found ", Describe(tree.root()))});
    return problems;
  }
  std::set<std::string> seen;
  int64_t bytes = 0;
  for (const auto& [key, value] : tree.root().fields) {
    std::string text;
    if (key->kind != YamlNode::Kind::kScalar) {
      problems.push_back({key->at, "", absl::StrCat("expected a variable's name, found ", Describe(*key))});
    } else if (!seen.insert(key->text).second) {
      problems.push_back({key->at, key->text, "is given twice"});
    } else if (!ToText(*value, &text)) {
      problems.push_back(
          {key->at, key->text, absl::StrCat("expected a value or a list of values, found ", Describe(*value))});
    } else if ((bytes += static_cast<int64_t>(text.size())) > kMaxYamlVisits) {
      problems.push_back({key->at, key->text, "the document grows too large through its aliases; write it out"});
      break;
    } else {
      (*variables)[key->text] = std::move(text);
    }
  }
  return problems;
}

}  // namespace pe::cli
