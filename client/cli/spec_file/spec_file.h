// The file of `pe apply -f`: a ServiceSpec in YAML or JSON.
//
//   Document -> YamlTree -> ServiceSpec, and every problem with its place
//
// What needs more than the document's shape (names, references, expressions) is the engine's to check; WithPlaces gives
// its violations a line and a column.
// Pure; thread-safe.
#ifndef CLIENT_CLI_SPEC_FILE_SPEC_FILE_H_
#define CLIENT_CLI_SPEC_FILE_SPEC_FILE_H_

#include <string>
#include <vector>

#include "client/cli/spec_file/document.h"
#include "provision/v1/spec.pb.h"

namespace pe::cli {

struct SpecFile {
  Document document;
  provision::v1::ServiceSpec spec;  // meaningful when there are no problems
  FieldPositions positions;
  std::vector<Problem> problems;
};

SpecFile ParseSpec(Document document);

// A violation of the engine, whose `field` begins with "spec.", as a problem of the file.
Problem WithPlace(const SpecFile& file, absl::string_view field, absl::string_view description);

}  // namespace pe::cli

#endif  // CLIENT_CLI_SPEC_FILE_SPEC_FILE_H_
