// The file of `pe apply --var-file`.
#include "client/cli/spec_file/variables_file.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const pe::cli::Document document{"vars.yaml", std::string(reinterpret_cast<const char*>(data), size)};
  std::map<std::string, std::string> variables;
  const auto problems = pe::cli::ParseVariables(document, &variables);
  FUZZ_CHECK(problems.empty() || !pe::cli::FormatProblems(document, problems, true).empty(), "problems are shown");
  return 0;
}
