#include <yaml-cpp/yaml.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/config/config.h"
#include "server/config/settings.h"

namespace pe {

std::string PrintConfig(const Config& config) {
  YAML::Emitter out;
  const auto origin = [&](const std::string& key) {
    const auto found = config.origins.find(key);
    return found == config.origins.end() ? std::string("default") : found->second;
  };
  out << YAML::BeginMap;
  for (const Setting& setting : kSettings) {
    if (std::string(setting.key).find('.') != std::string::npos) continue;
    const std::string& value = config.*setting.field;
    out << YAML::Key << setting.key << YAML::Value << (value.empty() && setting.can_be_off ? "off" : value)
        << YAML::Comment(origin(setting.key));
  }
  out << YAML::Key << "downloads" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "allowHosts" << YAML::Value << YAML::BeginSeq;
  for (const absl::string_view host : absl::StrSplit(config.download_hosts, ',')) out << std::string(host);
  out << YAML::EndSeq << YAML::Comment(origin("downloads.allowHosts")) << YAML::Key << "allowPrivate" << YAML::Value
      << config.download_private << YAML::Comment(origin("downloads.allowPrivate")) << YAML::EndMap;
  out << YAML::Key << "credentials" << YAML::Value << YAML::BeginSeq;
  for (const CredentialConfig& credential : config.credentials) {
    out << YAML::BeginMap << YAML::Key << "name" << YAML::Value << credential.name
        << YAML::Comment(origin(absl::StrCat("credentials.", credential.name)));
    out << YAML::Key << "user" << YAML::Value << credential.user << YAML::Key << "keyFiles" << YAML::Value
        << credential.key_files;
    if (!credential.agent_socket.empty()) out << YAML::Key << "agentSocket" << YAML::Value << credential.agent_socket;
    out << YAML::Key << "become" << YAML::Value << credential.become;
    if (!credential.ssh_config.empty()) out << YAML::Key << "sshConfig" << YAML::Value << credential.ssh_config;
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap;
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace pe
