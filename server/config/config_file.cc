// The file half of config.h. yaml-cpp's exceptions stop here.
#include <yaml-cpp/yaml.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"
#include "server/config/config.h"
#include "server/config/settings.h"

namespace pe {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;

// Collects what is wrong, each with its line.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}
  void Add(const YAML::Mark& mark, absl::string_view what) {
    list_.push_back(mark.is_null() ? absl::StrCat(file_, ": ", what)
                                   : absl::StrCat(file_, ":", mark.line + 1, ": ", what));
  }
  absl::Status status() const {
    return list_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(list_, "\n"));
  }

 private:
  const std::string file_;
  std::vector<std::string> list_;
};

void UnknownKey(const YAML::Node& key, const std::string& name, const std::vector<std::string>& known,
                Problems* problems) {
  const std::string near = Nearest(name, known);
  problems->Add(key.Mark(), absl::StrCat("unknown key `", Printable(name), "`",
                                         near.empty() ? absl::StrCat("; known are ", absl::StrJoin(known, ", "))
                                                      : absl::StrCat("; did you mean `", near, "`?")));
}

std::string Scalar(const YAML::Node& node, const std::string& key, Problems* problems) {
  if (node.IsScalar()) return node.Scalar();
  problems->Add(node.Mark(), absl::StrCat("`", key, "` must be a text"));
  return "";
}

void KeyFiles(const YAML::Node& node, CredentialConfig* credential, Problems* problems) {
  if (!node.IsSequence()) return problems->Add(node.Mark(), "`keyFiles` must be a list of paths");
  for (const YAML::Node& file : node) credential->key_files.push_back(Scalar(file, "keyFiles", problems));
}

void Become(const YAML::Node& node, CredentialConfig* credential, Problems* problems) {
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  if (text != "true" && text != "false") return problems->Add(node.Mark(), "`become` must be true or false");
  credential->become = text == "true";
}

CredentialConfig OneCredential(const YAML::Node& node, Problems* problems) {
  CredentialConfig credential;
  if (!node.IsMap()) {
    problems->Add(node.Mark(), "a credential must be a map with `name`, `user`, `keyFiles` ...");
    return credential;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = Scalar(entry.first, "key", problems);
    if (!seen.insert(key).second)
      problems->Add(entry.first.Mark(), absl::StrCat("`", Printable(key), "` appears twice"));
    if (key == "name") credential.name = Scalar(entry.second, key, problems);
    else if (key == "user") credential.user = Scalar(entry.second, key, problems);
    else if (key == "keyFiles") KeyFiles(entry.second, &credential, problems);
    else if (key == "agentSocket") credential.agent_socket = Scalar(entry.second, key, problems);
    else if (key == "become") Become(entry.second, &credential, problems);
    else if (key == "sshConfig") credential.ssh_config = Scalar(entry.second, key, problems);
    else UnknownKey(entry.first, key, {"name", "user", "keyFiles", "agentSocket", "become", "sshConfig"}, problems);
  }
  if (credential.name.empty()) problems->Add(node.Mark(), "a credential needs a `name`");
  return credential;
}

void Credentials(const YAML::Node& node, ConfigLayer* layer, Problems* problems) {
  if (!node.IsSequence()) return problems->Add(node.Mark(), "`credentials` must be a list");
  std::set<std::string> names;
  for (const YAML::Node& one : node) {
    layer->credentials.push_back(OneCredential(one, problems));
    const std::string& name = layer->credentials.back().name;
    if (!name.empty() && !names.insert(name).second) {
      problems->Add(one.Mark(), absl::StrCat("a second credential `", Printable(name), "`"));
    }
  }
}

// `downloads: {allowHosts: [a, b], allowPrivate: false}`: two settings, "downloads.allowHosts" and
// "downloads.allowPrivate".
void Downloads(const YAML::Node& node, ConfigLayer* layer, Problems* problems) {
  if (!node.IsMap()) {
    return problems->Add(node.Mark(), "`downloads` must be a map with `allowHosts` and `allowPrivate`");
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = Scalar(entry.first, "key", problems);
    if (!seen.insert(key).second)
      problems->Add(entry.first.Mark(), absl::StrCat("`", Printable(key), "` appears twice"));
    if (key == "allowPrivate") {
      layer->values["downloads.allowPrivate"] = Scalar(entry.second, key, problems);
    } else if (key != "allowHosts") {
      UnknownKey(entry.first, key, {"allowHosts", "allowPrivate"}, problems);
    } else if (!entry.second.IsSequence()) {
      problems->Add(entry.second.Mark(), "`allowHosts` must be a list of hosts");
    } else {
      std::vector<std::string> hosts;
      for (const YAML::Node& host : entry.second) hosts.push_back(Scalar(host, key, problems));
      layer->values["downloads.allowHosts"] = hosts.empty() ? "*" : absl::StrJoin(hosts, ",");
    }
  }
}

void Walk(const YAML::Node& root, ConfigLayer* layer, Problems* problems) {
  if (root.IsNull() || !root.IsDefined()) return;
  if (!root.IsMap()) return problems->Add(root.Mark(), "the file must be a map of settings");
  std::vector<std::string> known = {"credentials", "downloads"};
  for (const Setting& setting : kSettings) {
    if (std::string(setting.key).find('.') == std::string::npos) known.push_back(setting.key);
  }
  std::set<std::string> seen;
  for (const auto& entry : root) {
    const std::string key = Scalar(entry.first, "key", problems);
    if (!seen.insert(key).second)
      problems->Add(entry.first.Mark(), absl::StrCat("`", Printable(key), "` appears twice"));
    if (key == "credentials") Credentials(entry.second, layer, problems);
    else if (key == "downloads") Downloads(entry.second, layer, problems);
    else if (std::find(known.begin(), known.end(), key) != known.end())
      layer->values[key] = Scalar(entry.second, key, problems);
    else UnknownKey(entry.first, key, known, problems);
  }
}

}  // namespace

absl::StatusOr<ConfigLayer> ParseConfigFile(absl::string_view text, const std::string& file) {
  ConfigLayer layer;
  layer.origin = file;
  Problems problems(file);
  if (text.size() > kMaxFileBytes) return absl::InvalidArgumentError(absl::StrCat(file, ": larger than 1 MiB"));
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) problems.Add(documents[1].Mark(), "a second document; one is read");
    if (!documents.empty()) Walk(documents[0], &layer, &problems);
  } catch (const YAML::Exception& error) {
    problems.Add(error.mark, error.msg);
  }
  const absl::Status status = problems.status();
  if (!status.ok()) return status;
  return layer;
}

}  // namespace pe
