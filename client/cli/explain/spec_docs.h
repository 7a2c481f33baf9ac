// SpecDocs: what the comments of the .proto files say about a spec, from descriptors that the build embeds.
// Pure; thread-compatible.
#ifndef CLIENT_CLI_EXPLAIN_SPEC_DOCS_H_
#define CLIENT_CLI_EXPLAIN_SPEC_DOCS_H_

#include <google/protobuf/descriptor.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::cli {

class SpecDocs {
 public:
  // Reads the embedded descriptors; about a millisecond, so only `pe explain` does it.
  SpecDocs();

  // Text for `what`: empty for the whole spec; "file", "file.mode", "security", "steps.retry.backoff", "probe.http"
  // ...: a path from the spec or from a step, in lowerCamel or snake_case. NOT_FOUND with the nearest name.
  absl::StatusOr<std::string> Explain(absl::string_view what) const;

 private:
  google::protobuf::DescriptorPool pool_;
  const google::protobuf::Descriptor* spec_;
  const google::protobuf::Descriptor* step_;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_EXPLAIN_SPEC_DOCS_H_
