#include "client/cli/spec_file/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace pe::cli {
namespace {

constexpr size_t kShownText = 40;

Position At(const YAML::Mark& mark) { return {.line = mark.line + 1, .column = mark.column + 1}; }

// Only notes that there is something.
class SecondDocument final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

}  // namespace

std::string Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return absl::StrCat(node.quoted ? "text " : "", "\"", Shorten(node.text, kShownText), "\"");
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "something else";
}

class YamlTree::Builder final : public YAML::EventHandler {
 public:
  explicit Builder(YamlTree* tree) : tree_(tree) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Add(New(YamlNode::Kind::kNull, mark, anchor)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) throw YAML::ParserException(mark, "an alias of an anchor that is not there");
    Add(it->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode* const node = New(YamlNode::Kind::kScalar, mark, anchor);
    CheckTag(mark, tag, "str");
    node->quoted = tag != "?" && !tag.empty();
    node->text = value;
    Add(node);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckTag(mark, tag, "seq");
    Open(mark, New(YamlNode::Kind::kSequence, mark, anchor));
  }
  void OnSequenceEnd() override { stack_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckTag(mark, tag, "map");
    Open(mark, New(YamlNode::Kind::kMap, mark, anchor));
  }
  void OnMapEnd() override { stack_.pop_back(); }

 private:
  struct Frame {
    YamlNode* node;
    const YamlNode* key = nullptr;  // of a map: waits for its value
  };

  YamlNode* New(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    YamlNode* const node = &tree_->nodes_.emplace_back();
    node->kind = kind;
    node->at = At(mark);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    return node;
  }

  void Add(const YamlNode* node) {
    if (stack_.empty()) {
      tree_->root_ = node;
      return;
    }
    Frame& top = stack_.back();
    if (top.node->kind == YamlNode::Kind::kSequence) {
      top.node->items.push_back(node);
    } else if (top.key == nullptr) {
      top.key = node;
    } else {
      top.node->fields.emplace_back(top.key, node);
      top.key = nullptr;
    }
  }

  void Open(const YAML::Mark& mark, YamlNode* node) {
    if (stack_.size() >= kMaxYamlDepth)
      throw YAML::ParserException(mark, absl::StrCat("more than ", kMaxYamlDepth, " levels deep"));
    Add(node);
    stack_.push_back({.node = node});
  }

  // "?" is a plain scalar, "!" a quoted one. The type comes from the field, so a tag can say nothing new.
  static void CheckTag(const YAML::Mark& mark, const std::string& tag, const char* own) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == absl::StrCat("tag:yaml.org,2002:", own)) return;
    throw YAML::ParserException(mark, "YAML tags are not supported here; remove it");
  }

  YamlTree* const tree_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, const YamlNode*> anchors_;
};

bool YamlTree::Parse(const std::string& text, std::vector<Problem>* problems) {
  if (const Position bad = FirstNonText(text); bad.line > 0) {
    problems->push_back({bad, "", "this is not UTF-8 text; save the file as UTF-8"});
    return false;
  }
  std::istringstream in(text);
  // yaml-cpp throws; nothing of it leaves this function.
  try {
    YAML::Parser parser(in);
    Builder builder(this);
    if (!parser.HandleNextDocument(builder) || root_ == nullptr) {
      problems->push_back({{}, "", "the file is empty"});
      return false;
    }
    SecondDocument second;
    if (parser.HandleNextDocument(second)) {
      problems->push_back({{}, "", "the file has several documents (\"---\"); write one spec a file"});
      return false;
    }
    return true;
  } catch (const YAML::Exception& e) {
    problems->push_back({e.mark.is_null() ? Position{} : At(e.mark), "", absl::StrCat("not valid YAML: ", e.msg)});
  } catch (const std::exception& e) {
    problems->push_back({{}, "", absl::StrCat("not valid YAML: ", e.what())});
  }
  return false;
}

}  // namespace pe::cli
