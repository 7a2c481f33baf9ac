// `provisiond backup` and `provisiond restore`: print to stdout and stderr, and return the exit code (sysexits.h).
#ifndef SERVER_DATABASE_COMMANDS_H_
#define SERVER_DATABASE_COMMANDS_H_

#include "server/config/config.h"
#include "server/config/flags.h"

namespace pe {

int BackupCommand(const Config& config, const Flags& flags);
int RestoreCommand(const Config& config, const Flags& flags);

}  // namespace pe

#endif  // SERVER_DATABASE_COMMANDS_H_
