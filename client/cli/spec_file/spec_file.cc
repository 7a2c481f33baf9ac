#include "client/cli/spec_file/spec_file.h"

#include <utility>

#include "absl/strings/strip.h"
#include "client/cli/spec_file/message_reader.h"
#include "client/cli/spec_file/yaml_tree.h"

namespace pe::cli {

SpecFile ParseSpec(Document document) {
  SpecFile file{.document = std::move(document)};
  if (file.document.text.size() > kMaxDocumentBytes) {
    file.problems.push_back({{}, "", "is larger than 1 MiB, the most a spec may have"});
    return file;
  }
  YamlTree tree;
  if (tree.Parse(file.document.text, &file.problems))
    ReadMessage(tree.root(), &file.spec, &file.problems, &file.positions);
  return file;
}

Problem WithPlace(const SpecFile& file, absl::string_view field, absl::string_view description) {
  absl::ConsumePrefix(&field, "spec.");
  return {.at = file.positions.Find(field), .field = std::string(field), .message = std::string(description)};
}

}  // namespace pe::cli
