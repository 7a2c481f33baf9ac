#include "client/cli/spec_file/message_reader.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"
#include "client/cli/spec_file/scalar.h"

namespace pe::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

const FieldDescriptor* FindField(const Descriptor& type, const std::string& name) {
  if (const auto* field = type.FindFieldByName(name)) return field;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == name) return type.field(i);
  }
  return nullptr;
}

std::string UnknownField(const Descriptor& type, const std::string& name) {
  if (name == "<<") return "merge keys (\"<<\") are not supported; repeat the fields, or alias the whole value";
  std::vector<std::string> names, both;
  for (int i = 0; i < type.field_count(); ++i) {
    names.push_back(type.field(i)->json_name());
    both.push_back(type.field(i)->json_name());
    both.push_back(type.field(i)->name());
  }
  const std::string nearest = Nearest(name, both);
  if (!nearest.empty()) return absl::StrCat("unknown field \"", name, "\"; did you mean \"", nearest, "\"?");
  return absl::StrCat("unknown field \"", name, "\"; valid ones are ", absl::StrJoin(names, ", "));
}

class Reader {
 public:
  Reader(std::vector<Problem>* problems, FieldPositions* positions) : problems_(problems), positions_(positions) {}

  void Map(const YamlNode& node, Message* message, const std::string& path, int depth) {
    if (!Visit(node, path, depth)) return;
    if (node.kind != YamlNode::Kind::kMap) return Report(node.at, path, ExpectedMap(node, *message->GetDescriptor()));
    std::map<const FieldDescriptor*, Position> seen;
    std::map<const OneofDescriptor*, const FieldDescriptor*> chosen;
    for (const auto& [key, value] : node.fields) {
      if (full_) return;
      const FieldDescriptor* const field = Key(*key, *message->GetDescriptor(), path);
      if (field == nullptr) continue;
      const std::string field_path = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (const auto [it, first] = seen.emplace(field, key->at); !first) {
        Report(key->at, field_path, absl::StrCat("is given twice; the first one is on line ", it->second.line));
        continue;
      }
      if (const OneofDescriptor* const oneof = field->real_containing_oneof(); oneof != nullptr && !IsNull(*value)) {
        if (const auto [it, first] = chosen.emplace(oneof, field); !first) {
          Report(key->at, field_path,
                 absl::StrCat("only one of \"", it->second->json_name(), "\" and \"", field->json_name(),
                              "\" may be given"));
          continue;
        }
      }
      Field(*key, *value, *field, message, field_path, depth);
    }
  }

 private:
  static bool IsNull(const YamlNode& node) { return node.kind == YamlNode::Kind::kNull; }
  static bool IsMessage(const FieldDescriptor& field) {
    return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsDuration(field);
  }

  static std::string ExpectedMap(const YamlNode& node, const Descriptor& type) {
    std::vector<std::string> names;
    for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->json_name());
    std::string hint;
    if (node.kind == YamlNode::Kind::kScalar && type.FindFieldByName("name") != nullptr) {
      hint = absl::StrCat("; write {name: ", Shorten(node.text, 40), "}");
    } else if (!names.empty()) {
      hint = absl::StrCat("; its fields are ", absl::StrJoin(names, ", "));
    }
    return absl::StrCat("expected a map, found ", Describe(node), hint);
  }

  const FieldDescriptor* Key(const YamlNode& key, const Descriptor& type, const std::string& path) {
    if (key.kind != YamlNode::Kind::kScalar) {
      Report(key.at, path, absl::StrCat("expected a field's name, found ", Describe(key)));
      return nullptr;
    }
    const FieldDescriptor* const field = FindField(type, key.text);
    if (field == nullptr) Report(key.at, path, UnknownField(type, Shorten(key.text, 64)));
    return field;
  }

  void Field(const YamlNode& key, const YamlNode& value, const FieldDescriptor& field, Message* message,
             const std::string& path, int depth) {
    positions_->Set(path, field.is_repeated() || IsMessage(field) ? key.at : value.at);
    if (IsNull(value)) {
      // Protobuf's JSON form: null is the default. Where presence is the message, that would silently drop what was
      // meant.
      if (field.real_containing_oneof() != nullptr && IsMessage(field)) {
        Report(key.at, path, "has no value; write {} to take every default");
      }
      return;
    }
    if (field.is_repeated()) return List(value, field, message, path, depth);
    if (IsMessage(field)) return Map(value, message->GetReflection()->MutableMessage(message, &field), path, depth + 1);
    Scalar(value, field, message, path);
  }

  void List(const YamlNode& value, const FieldDescriptor& field, Message* message, const std::string& path, int depth) {
    if (!Visit(value, path, depth)) return;
    if (value.kind != YamlNode::Kind::kSequence) {
      const bool one = value.kind == YamlNode::Kind::kScalar && !IsMessage(field);
      return Report(value.at, path,
                    absl::StrCat("expected a list, found ", Describe(value),
                                 one ? absl::StrCat("; write [", Shorten(value.text, 40), "]") : ""));
    }
    for (size_t i = 0; i < value.items.size() && !full_; ++i) {
      const YamlNode& item = *value.items[i];
      const std::string item_path = absl::StrCat(path, "[", i, "]");
      positions_->Set(item_path, item.at);
      if (IsMessage(field)) {
        Map(item, message->GetReflection()->AddMessage(message, &field), item_path, depth + 1);
      } else if (IsNull(item)) {
        Report(item.at, item_path, "is empty; give it a value or remove it");
      } else {
        Scalar(item, field, message, item_path);
      }
    }
  }

  void Scalar(const YamlNode& value, const FieldDescriptor& field, Message* message, const std::string& path) {
    if (!Visit(value, path, 0)) return;
    if (value.kind != YamlNode::Kind::kScalar) {
      return Report(value.at, path, absl::StrCat("expected a single value, found ", Describe(value)));
    }
    if (std::string wrong = SetScalar(value, field, message); !wrong.empty()) Report(value.at, path, std::move(wrong));
  }

  // Pays for a node. False when the document grows beyond its bounds; that is said once.
  bool Visit(const YamlNode& node, const std::string& path, int depth) {
    visits_ += 1 + static_cast<int64_t>(node.text.size());
    if (full_) return false;
    if (visits_ > kMaxYamlVisits || depth > kMaxYamlDepth) {
      Report(node.at, path, "the document grows too large through its aliases; write it out");
      full_ = true;
      return false;
    }
    return true;
  }

  void Report(Position at, const std::string& path, std::string message) {
    if (full_) return;
    problems_->push_back({at, path, std::move(message)});
    if (problems_->size() >= kMaxProblems) full_ = true;
  }

  std::vector<Problem>* const problems_;
  FieldPositions* const positions_;
  int64_t visits_ = 0;
  bool full_ = false;
};

}  // namespace

void ReadMessage(const YamlNode& root, Message* message, std::vector<Problem>* problems, FieldPositions* positions) {
  Reader(problems, positions).Map(root, message, "", 0);
}

}  // namespace pe::cli
