// A YAML document as a tree with the place of every node, built from yaml-cpp's events under bounds of our own:
// depth while parsing, growth by aliases while reading (the tree shares what an alias names).
// Pure; thread-compatible.
#ifndef CLIENT_CLI_SPEC_FILE_YAML_TREE_H_
#define CLIENT_CLI_SPEC_FILE_YAML_TREE_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/spec_file/document.h"

namespace pe::cli {

inline constexpr int kMaxYamlDepth = 64;
// Bytes and nodes that may be visited; a document of 1 MiB without aliases stays well below.
inline constexpr int64_t kMaxYamlVisits = 4 << 20;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  Position at;
  bool quoted = false;                 // of a scalar: it was in quotes or a block, so it is text whatever it looks like
  std::string text;                    // of a scalar
  std::vector<const YamlNode*> items;  // of a sequence
  std::vector<std::pair<const YamlNode*, const YamlNode*>> fields;  // of a map, in order, duplicates kept
};

// What a person calls it: `text "abc"`, "a list", "a map", "nothing".
std::string Describe(const YamlNode& node);

class YamlTree {
 public:
  // Parses one document. False, with what is wrong added to `problems`, when it is not exactly one document.
  bool Parse(const std::string& text, std::vector<Problem>* problems);
  // REQUIRES: Parse returned true. May contain itself through an alias: bound the depth when walking.
  const YamlNode& root() const { return *root_; }

 private:
  class Builder;
  std::deque<YamlNode> nodes_;
  const YamlNode* root_ = nullptr;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_SPEC_FILE_YAML_TREE_H_
