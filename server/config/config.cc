#include "server/config/config.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/text.h"
#include "server/api/loopback.h"
#include "server/config/settings.h"
#include "server/config/units.h"
#include "server/log.h"

namespace pe {
namespace {

std::string Get(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : found->second;
}

std::string StateDir(const DefaultsInput& input) {
  const std::string name = input.dev ? "provision-engine-dev" : "provision-engine";  // a trial never opens the real one
  const std::string state = Get(input.environment, "XDG_STATE_HOME");
  if (input.dev && absl::StartsWith(state, "/")) return absl::StrCat(state, "/", name);
  const std::string home = Get(input.environment, "HOME");
  if (input.dev && !input.root && !home.empty()) return absl::StrCat(home, "/.local/state/", name);
  return absl::StrCat("/var/lib/", name);
}

// "files.example.com", "*.example.com", "10.0.0.5", "[fe80::1]".
bool IsHostPattern(absl::string_view text) {
  if (absl::StartsWith(text, "*.")) text.remove_prefix(2);
  return !text.empty() && text[0] != '.' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || absl::StrContains("-.:[]", absl::string_view(&c, 1));
  });
}

// As the last part of an environment's name.
bool IsEnvironmentId(absl::string_view text) {
  return !text.empty() && text.size() <= 63 && absl::ascii_islower(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; });
}

void CheckCredential(const CredentialConfig& credential, std::vector<std::string>* problems) {
  const auto must_be_absolute = [&](absl::string_view what, const std::string& path) {
    if (!path.empty() && path[0] != '/') {
      problems->push_back(absl::StrCat("credential `", credential.name, "`: ", what, " `", Printable(path),
                                       "` must be an absolute path"));
    }
  };
  for (const std::string& file : credential.key_files) must_be_absolute("key file", file);
  must_be_absolute("agent socket", credential.agent_socket);
  must_be_absolute("ssh_config", credential.ssh_config);
}

absl::Status Check(const Config& config) {
  std::vector<std::string> problems;
  const auto origin = [&](const char* key) { return absl::StrCat(key, " (", Get(config.origins, key), "): "); };
  const auto absolute = [&](const char* key, const std::string& path) {
    if (!path.empty() && path[0] != '/') {
      problems.push_back(absl::StrCat(origin(key), "`", Printable(path), "` must be an absolute path"));
    }
  };
  if (config.data_dir.empty()) problems.push_back("dataDir: must not be empty");
  absolute("dataDir", config.data_dir);
  absolute("socket", config.socket);
  absolute("agentDir", config.agent_dir);
  absolute("webRoot", config.web_root);
  absolute("readyFile", config.ready_file);
  if (config.socket.empty() && config.listen.empty())
    problems.push_back("socket and listen are both off: nobody could call");
  const auto loopback = [&](const char* key, const std::string& address) {
    const auto parsed = ParseLoopback(address);
    if (!address.empty() && !parsed.ok()) problems.push_back(absl::StrCat(origin(key), parsed.status().message()));
  };
  loopback("listen", config.listen);
  loopback("httpListen", config.http_listen);
  if (!IsEnvironmentId(config.environment)) {
    problems.push_back(absl::StrCat(origin("environment"), "`", Printable(config.environment),
                                    "` is not a letter followed by lower-case letters, digits and '-'"));
  }
  if (config.download_private != "true" && config.download_private != "false") {
    problems.push_back(absl::StrCat(origin("downloads.allowPrivate"), "must be true or false"));
  }
  if (config.download_hosts != "*") {
    for (const absl::string_view host : absl::StrSplit(config.download_hosts, ',')) {
      if (!IsHostPattern(host)) {
        problems.push_back(absl::StrCat(origin("downloads.allowHosts"), "`", Printable(host),
                                        "` is not HOST or *.HOST, in lower case and without port"));
      }
    }
  }
  const auto parses = [&](const char* key, const absl::Status& parsed) {
    if (!parsed.ok()) problems.push_back(absl::StrCat(origin(key), parsed.message()));
  };
  if (!config.retention_age.empty()) parses("retentionAge", ParseSpan(config.retention_age).status());
  if (!config.retention_size.empty()) parses("retentionSize", ParseByteSize(config.retention_size).status());
  const auto level = ParseLogLevel(config.log_level);
  if (!level.ok()) problems.push_back(absl::StrCat(origin("logLevel"), level.status().message()));
  if (config.log_format != "auto" && config.log_format != "text" && config.log_format != "json") {
    problems.push_back(absl::StrCat(origin("logFormat"), "must be auto, text or json"));
  }
  for (const CredentialConfig& credential : config.credentials) CheckCredential(credential, &problems);
  return problems.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
}

}  // namespace

const CredentialConfig* Config::Find(absl::string_view name) const {
  const auto at = std::find_if(credentials.begin(), credentials.end(), [&](const auto& c) { return c.name == name; });
  return at == credentials.end() ? nullptr : &*at;
}

ConfigLayer ReadEnvironment(const std::map<std::string, std::string>& environment) {
  ConfigLayer layer;
  layer.origin = "environment";
  for (const Setting& setting : kSettings) {
    if (const auto found = environment.find(setting.env); found != environment.end())
      layer.values[setting.key] = found->second;
  }
  return layer;
}

absl::StatusOr<CredentialConfig> ParseCredentialFlag(absl::string_view text) {
  CredentialConfig credential;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<std::string, std::string> sides = absl::StrSplit(part, absl::MaxSplits('=', 1));
    const auto& [key, value] = sides;
    const bool has_value = absl::StrContains(part, '=') && !value.empty();
    if (has_value && key == "name") credential.name = value;
    else if (has_value && key == "user") credential.user = value;
    else if (has_value && key == "key") credential.key_files.push_back(value);
    else if (has_value && key == "agent") credential.agent_socket = value;
    else if (has_value && key == "sshConfig") credential.ssh_config = value;
    else if (key == "become" && (value == "true" || value == "false")) credential.become = value == "true";
    else {
      return absl::InvalidArgumentError(absl::StrCat("--credential: `", Printable(part),
                                                     "`; write name=NAME,user=USER,key=/PATH,key=/PATH,agent=/SOCKET,"
                                                     "become=true|false,sshConfig=/PATH"));
    }
  }
  if (credential.name.empty()) credential.name = "default";
  return credential;
}

ConfigLayer Defaults(const DefaultsInput& input) {
  ConfigLayer layer;
  layer.origin = "default";
  layer.values = {{"dataDir", StateDir(input)},
                  {"socket", input.default_socket},
                  {"listen", input.dev ? "127.0.0.1:0" : "off"},
                  {"httpListen", input.dev ? "127.0.0.1:0" : "127.0.0.1:7480"},
                  {"httpHosts", "off"},
                  {"webRoot", "off"},
                  {"agentDir", input.executable_dir},
                  {"downloads.allowHosts", "*"},
                  {"downloads.allowPrivate", "false"},
                  {"retentionAge", "30d"},
                  {"retentionSize", "10GiB"},
                  {"environment", "dev"},
                  {"logLevel", "info"},
                  {"logFormat", "auto"},
                  {"readyFile", "off"}};
  if (input.dev) {
    layer.credentials.push_back({.name = "default",
                                 .user = "root",
                                 .key_files = input.home_keys,
                                 .agent_socket = Get(input.environment, "SSH_AUTH_SOCK")});
  }
  return layer;
}

absl::StatusOr<Config> MakeConfig(bool dev, const std::vector<ConfigLayer>& layers) {
  Config config;
  config.dev = dev;
  for (const ConfigLayer& layer : layers) {
    for (const Setting& setting : kSettings) {
      const auto said = layer.values.find(setting.key);
      if (said == layer.values.end() || !config.origins.emplace(setting.key, layer.origin).second) continue;
      config.*setting.field = setting.can_be_off && said->second == "off" ? "" : said->second;
    }
    for (const CredentialConfig& credential : layer.credentials) {
      if (config.Find(credential.name) != nullptr) continue;
      config.credentials.push_back(credential);
      config.origins.emplace(absl::StrCat("credentials.", credential.name), layer.origin);
    }
  }
  const absl::Status checked = Check(config);
  if (!checked.ok()) return checked;
  return config;
}

}  // namespace pe
