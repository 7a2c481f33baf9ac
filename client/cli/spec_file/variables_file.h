// The file of `--var-file`: a YAML map from a variable's name to its value.
// Pure; thread-safe.
#ifndef CLIENT_CLI_SPEC_FILE_VARIABLES_FILE_H_
#define CLIENT_CLI_SPEC_FILE_VARIABLES_FILE_H_

#include <map>
#include <string>
#include <vector>

#include "client/cli/spec_file/document.h"

namespace pe::cli {

// Adds the file's values to `variables`, a list as JSON text; returns what is wrong.
std::vector<Problem> ParseVariables(const Document& document, std::map<std::string, std::string>* variables);

}  // namespace pe::cli

#endif  // CLIENT_CLI_SPEC_FILE_VARIABLES_FILE_H_
