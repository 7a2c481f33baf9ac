// The file of `pe apply -f`: YAML to a spec, then the engine's checks of that spec, whose violations are given a place.
#include <algorithm>

#include "client/cli/spec_file/spec_file.h"
#include "server/engine/validate.h"
#include "tests/fuzz/check.h"

namespace {

bool InDocument(const pe::cli::Position& at, const std::string& text) {
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
  return at.line >= 0 && at.line <= lines + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const pe::cli::SpecFile file =
      pe::cli::ParseSpec({"spec.yaml", std::string(reinterpret_cast<const char*>(data), size)});
  for (const auto& problem : file.problems) {
    FUZZ_CHECK(!problem.message.empty(), problem.field);
    FUZZ_CHECK(InDocument(problem.at, file.document.text), problem.message);
  }
  if (!file.problems.empty()) {
    FUZZ_CHECK(!pe::cli::FormatProblems(file.document, file.problems, true).empty(), "problems are shown");
    FUZZ_CHECK(!pe::cli::FormatProblems(file.document, file.problems, false).empty(), "problems are shown");
    return 0;
  }
  provision::v1::ServiceSpec received;
  FUZZ_CHECK(received.ParseFromString(file.spec.SerializeAsString()), "what is read can be sent");
  std::vector<pe::cli::Problem> problems;
  for (const pe::Violation& violation : pe::ValidateSpec(received, "spec")) {
    problems.push_back(pe::cli::WithPlace(file, violation.field, violation.description));
    FUZZ_CHECK(InDocument(problems.back().at, file.document.text), violation.field);
  }
  FUZZ_CHECK(problems.empty() || !pe::cli::FormatProblems(file.document, problems, true).empty(), "problems are shown");
  return 0;
}
