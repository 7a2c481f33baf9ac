// provisiond's command line. CLI11 stops here. Prints help and version by itself.
#ifndef SERVER_CONFIG_FLAGS_H_
#define SERVER_CONFIG_FLAGS_H_

#include <optional>
#include <string>

#include "server/config/config.h"

namespace pe {

enum class Command { kServe, kBackup, kRestore };

struct Flags {
  Command command = Command::kServe;
  std::string file;    // of backup and restore
  bool check = false;  // restore: look at the file and do nothing
  bool force = false;  // restore: also where there is a database
  bool dev = false;
  bool check_config = false;
  bool print_config = false;
  std::string config_file;  // empty: not given
  ConfigLayer layer;        // origin "flag"
};

// What was asked for, or the exit code with which the program ends now (0 after --help and --version; 64 for wrong
// usage, said on stderr).
struct ParsedFlags {
  Flags flags;
  std::optional<int> exit_code;
};
ParsedFlags ParseFlags(int argc, char** argv, const std::string& version);

}  // namespace pe

#endif  // SERVER_CONFIG_FLAGS_H_
