// The command line as values: what each command is asked to do. Filled by command_line.cc, read by the commands.
#ifndef CLIENT_CLI_COMMANDS_OPTIONS_H_
#define CLIENT_CLI_COMMANDS_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pe::cli {

struct GlobalOptions {
  std::string engine;
  std::string token_file;
  std::string ca_file;
  bool tls = false;
  std::string output = "table";   // table, json, yaml, name
  std::string progress = "auto";  // auto, tty, plain, json
};

// Values for a spec's variables.
struct ValueOptions {
  std::vector<std::string> vars;  // "name=value"
  std::vector<std::string> var_files;
  std::vector<std::string> secrets;  // "name=env:NAME", "name=file:PATH", "name=stdin"
};

// How targets are divided into waves; each empty when it was not given.
struct RolloutOptions {
  std::string file;
  std::string canary, failure_budget;  // "3" or "25%"
  std::vector<std::string> waves;
  std::string soak;
  bool pause_after_canary = false;
};

struct ApplyOptions {
  std::string file;
  std::vector<std::string> targets;    // address, "resources/x" or a resource's name
  std::vector<std::string> selectors;  // "key=value,key=value"
  ValueOptions values;
  RolloutOptions rollout;
  std::string host_key;
  std::string credential;
  std::string request_id;
  std::string on_failure;
  std::string timeout;
  int32_t parallelism = 0;
  std::string environment;
  bool detach = false;
  bool plan = false;
  bool detailed_exitcode = false;
  bool validate_only = false;
};

struct WatchCommandOptions {
  std::string job;
  std::optional<int64_t> after_seq;
};

struct LogsOptions {
  std::string job;
  std::string target;  // its resource's name; empty: all
  std::string step;    // empty: all
  bool follow = false;
  bool no_prefix = false;
};

struct ListOptions {
  std::string state, environment, service, resource;
  std::string filter;
  int32_t limit = 20;
};

struct CancelOptions {
  std::string job;
  bool force = false;
};

struct PauseOptions {
  std::string job;
  std::string reason;
};

struct RetryOptions {
  std::string job;
  std::string step;
  std::string request_id;
  ValueOptions values;
  bool detach = false;
};

struct RollbackOptions {
  std::string job;
  std::string request_id;
  bool detach = false;
};

struct ApproveOptions {
  std::string job;
  bool reject = false;
  std::string comment;
};

struct EnvironmentOptions {
  std::string name;
  std::optional<std::string> description;
  std::vector<std::string> vars, unset;  // "name=value" to be added or replaced; names to be taken out
  std::optional<int32_t> parallelism;
  std::optional<std::string> approval;  // "required" or "none"
  RolloutOptions rollout;
  bool no_rollout = false;
};

struct ResourceOptions {
  std::string name;
  std::optional<std::string> address, host_key, environment, credential;
  std::optional<std::vector<std::string>> labels;  // "key=value"
  std::string selector;
  std::string reason;
  std::vector<std::string> handlers;
  std::string job;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_COMMANDS_OPTIONS_H_
