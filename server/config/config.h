// Config: what provisiond runs with. Joined from flags > environment (PE_*) > configuration file (YAML) > defaults.
// Pure, but for the reading of the file; thread-compatible.
#ifndef SERVER_CONFIG_CONFIG_H_
#define SERVER_CONFIG_CONFIG_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

// How to log in to hosts; requests name it.
struct CredentialConfig {
  std::string name;
  std::string user;
  std::vector<std::string> key_files;
  std::string agent_socket;
  bool become = false;
  std::string ssh_config;

  friend bool operator==(const CredentialConfig&, const CredentialConfig&) = default;
};

// What one source says; what it does not say is unset.
struct ConfigLayer {
  std::string origin;                         // "flag", "environment", "/etc/provision-engine/config.yaml" or "default"
  std::map<std::string, std::string> values;  // by key of settings.h
  std::vector<CredentialConfig> credentials;
};

// Ready to use.
struct Config {
  bool dev = false;
  std::string data_dir;
  std::string socket;            // unix socket; empty: none
  std::string listen;            // "127.0.0.1:PORT"; empty: none
  std::string http_listen;       // "127.0.0.1:PORT"; empty: none
  std::string web_root;          // folder of the page; empty: the one in the program
  std::string http_hosts;        // "engine.example.com,..."; empty: loopback names only
  std::string environment;       // "dev"; of jobs and hosts that name none
  std::string agent_dir;         // holds the agents' binaries
  std::string download_hosts;    // "*" or "HOST,*.HOST"
  std::string download_private;  // "true" or "false"
  std::string retention_age;     // "30d"; empty: events of ended jobs are kept for ever
  std::string retention_size;    // "10GiB"; empty: without bound
  std::string log_level;
  std::string log_format;
  std::string ready_file;                      // empty: none
  std::vector<CredentialConfig> credentials;   // "default" is among them, unless no key is known at all
  std::map<std::string, std::string> origins;  // key -> who said it

  const CredentialConfig* Find(absl::string_view name) const;
};

// The configuration file's text. All that is wrong with it at once, each with its line: unknown keys with the one that
// was probably meant, wrong types, repeated keys. `file` is its name, for messages and as origin.
absl::StatusOr<ConfigLayer> ParseConfigFile(absl::string_view text, const std::string& file);

// PE_* variables; `environment` as of environ(7). Unknown PE_ names are left alone: other programs have theirs.
ConfigLayer ReadEnvironment(const std::map<std::string, std::string>& environment);

// "name=default,user=root,key=/root/.ssh/id_ed25519,key=...,agent=/run/agent.sock,become=true,sshConfig=/etc/ssh/pe".
absl::StatusOr<CredentialConfig> ParseCredentialFlag(absl::string_view text);

// Where defaults come from.
struct DefaultsInput {
  bool dev = false;
  bool root = false;
  std::string executable_dir;
  std::string default_socket;
  std::map<std::string, std::string> environment;
  std::vector<std::string> home_keys;  // the caller's ~/.ssh/id_* that exist; used in dev
};
ConfigLayer Defaults(const DefaultsInput& input);

// Joins the layers, strongest first, and checks the result. INVALID_ARGUMENT names everything that is wrong.
absl::StatusOr<Config> MakeConfig(bool dev, const std::vector<ConfigLayer>& layers);

// As YAML that ParseConfigFile reads again, with who said it as comments.
std::string PrintConfig(const Config& config);

}  // namespace pe

#endif  // SERVER_CONFIG_CONFIG_H_
