// The command line of `pe`: which commands and flags there are, and what a mistyped one may have meant.
#ifndef CLIENT_CLI_COMMANDS_COMMAND_LINE_H_
#define CLIENT_CLI_COMMANDS_COMMAND_LINE_H_

namespace pe::cli {

// Parses, runs the command, returns the exit code.
int Run(int argc, char** argv);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_COMMAND_LINE_H_
