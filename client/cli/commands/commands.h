// The commands. Each does what its options ask, writes data to stdout and messages to stderr, and returns the exit
// code. Thread rule: the main thread.
#ifndef CLIENT_CLI_COMMANDS_COMMANDS_H_
#define CLIENT_CLI_COMMANDS_COMMANDS_H_

#include "client/cli/commands/context.h"
#include "client/cli/commands/options.h"

namespace pe::cli {

int Apply(Context* context, const ApplyOptions& options);  // also `pe plan`
int Watch(Context* context, const WatchCommandOptions& options);
int ShowLogs(Context* context, const LogsOptions& options);
int Status(Context* context, const std::string& job);
int List(Context* context, const ListOptions& options);
int Cancel(Context* context, const CancelOptions& options);
int Pause(Context* context, const PauseOptions& options);
int Resume(Context* context, const std::string& job);
int Retry(Context* context, const RetryOptions& options);
int Rollback(Context* context, const RollbackOptions& options);

int Approve(Context* context, const ApproveOptions& options);

int EnvironmentList(Context* context, const EnvironmentOptions& options);
int EnvironmentGet(Context* context, const EnvironmentOptions& options);
int EnvironmentCreate(Context* context, const EnvironmentOptions& options);
int EnvironmentSet(Context* context, const EnvironmentOptions& options);
int EnvironmentDelete(Context* context, const EnvironmentOptions& options);

int ResourceList(Context* context, const ResourceOptions& options);
int ResourceGet(Context* context, const ResourceOptions& options);
int ResourceCreate(Context* context, const ResourceOptions& options);
int ResourceUpdate(Context* context, const ResourceOptions& options);
int ResourceDelete(Context* context, const ResourceOptions& options);
int ResourceDisable(Context* context, const ResourceOptions& options);
int ResourceEnable(Context* context, const ResourceOptions& options);
int ResourceTrust(Context* context, const ResourceOptions& options);
int ResourceWaive(Context* context, const ResourceOptions& options);

// What waits for a person is no error: it exits with 0 when the engine was reached and answered.
int Diagnose(Context* context);

// `what`: empty, "KIND" or "KIND.FIELD"...
int Explain(Context* context, const std::string& what);

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_COMMANDS_H_
