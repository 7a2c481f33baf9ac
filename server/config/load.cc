#include "server/config/load.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/status.h"

extern char** environ;

namespace pe {
namespace {

constexpr char kDefaultFile[] = "/etc/provision-engine/config.yaml";

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const size_t equals = text.find('=');
    if (equals != std::string::npos) out[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return out;
}

std::vector<std::string> HomeKeys(const std::string& home) {
  std::vector<std::string> keys;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home + "/.ssh", error)) {
    const std::string name = entry.path().filename();
    if (name.rfind("id_", 0) == 0 && entry.path().extension() != ".pub") keys.push_back(entry.path());
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::string ExecutableDir() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

absl::StatusOr<ConfigLayer> ReadConfigFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read the configuration file ", path));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return ParseConfigFile(text, path);
}

}  // namespace

absl::StatusOr<Config> LoadConfig(const Flags& flags, const std::string& default_socket) {
  const auto environment = Environment();
  const auto variable = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  std::vector<ConfigLayer> layers = {flags.layer, ReadEnvironment(environment)};
  std::string file = !flags.config_file.empty() ? flags.config_file : variable("PE_CONFIG");
  if (file.empty() && !flags.dev && access(kDefaultFile, F_OK) == 0) file = kDefaultFile;
  if (!file.empty()) {
    PE_ASSIGN_OR_RETURN(layers.emplace_back(), ReadConfigFile(file));
  }
  layers.push_back(Defaults({.dev = flags.dev,
                             .root = geteuid() == 0,
                             .executable_dir = ExecutableDir(),
                             .default_socket = default_socket,
                             .environment = environment,
                             .home_keys = HomeKeys(variable("HOME"))}));
  return MakeConfig(flags.dev, layers);
}

}  // namespace pe
