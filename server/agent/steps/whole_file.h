// WholeFile: a file with all of its content, as file, download, repository, unit and others want one.
#ifndef SERVER_AGENT_STEPS_WHOLE_FILE_H_
#define SERVER_AGENT_STEPS_WHOLE_FILE_H_

#include <string>
#include <vector>

#include "server/agent/steps/attributes.h"
#include "server/agent/steps/path_change.h"
#include "server/agent/steps/step.h"

namespace pe::agent {

struct WholeFile {
  std::string path;
  bool present = true;
  const std::string* content = nullptr;  // null: as it is, empty for a new file; outlives the calls below
  WantedAttributes attributes;
  std::vector<std::string> validate;  // run on the new content, "%s" is its path
};

// Right when everything matches. An owner that does not exist yet is a difference, not an error: a step before may make
// it.
absl::StatusOr<Observation> Compare(const WholeFile& wanted, StepContext& context);

// Makes it so, by ChangePath. Returns whether anything had to be done.
absl::StatusOr<bool> Put(const WholeFile& wanted, StepContext& context);

// The diff that may be shown of a change; "content differs (secret)" for a secret body.
std::string ShownDiff(absl::string_view path, absl::string_view before, absl::string_view after,
                      const StepContext& context);

// Runs a step's `validate` on new content that is not in place yet: VALIDATION_FAILED keeps the old.
class Validation final : public FileSystem::Check {
 public:
  Validation(const std::vector<std::string>& argv, StepContext& context) : argv_(argv), context_(context) {}
  absl::Status Run(const std::string& temporary) override;

 private:
  const std::vector<std::string>& argv_;
  StepContext& context_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_WHOLE_FILE_H_
