// Completion in shells: the scripts that ask `pe __complete WORDS...`, and the answer. What can follow is read off the
// command line's own description, so that a new command or flag needs nothing here.
#ifndef CLIENT_CLI_COMMANDS_COMPLETION_H_
#define CLIENT_CLI_COMMANDS_COMPLETION_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace pe::cli {

// What the engine is asked for; empty when it does not answer.
struct CompletionSource {
  std::function<std::vector<std::string>()> jobs, resources, environments;
};

// What may stand for the last of `words`, which may be empty or the beginning of a word. Nothing: the shell's own
// completion of file names.
std::vector<std::string> Complete(CLI::App* app, const std::vector<std::string>& words, const CompletionSource& source);

// The script of "bash", "zsh" or "fish"; empty for another shell.
std::string CompletionScript(const std::string& shell);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_COMPLETION_H_
