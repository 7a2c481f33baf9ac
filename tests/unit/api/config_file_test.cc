#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/config.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Problem(absl::string_view text) {
  const auto layer = ParseConfigFile(text, "c.yaml");
  EXPECT_EQ(layer.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(layer.status().message());
}

TEST(ConfigFile, ReadsEverything) {
  const auto layer = ParseConfigFile(R"(
dataDir: /srv/pe
listen: off
credentials:
  - name: default
    user: deploy
    keyFiles: [/etc/pe/key1, /etc/pe/key2]
    agentSocket: /run/agent
    become: true
    sshConfig: /etc/pe/ssh_config
)",
                                     "c.yaml");
  ASSERT_TRUE(layer.ok()) << layer.status();
  EXPECT_EQ(layer->values.at("dataDir"), "/srv/pe");
  EXPECT_EQ(layer->values.at("listen"), "off");
  ASSERT_EQ(layer->credentials.size(), 1u);
  EXPECT_EQ(layer->credentials[0].user, "deploy");
  EXPECT_THAT(layer->credentials[0].key_files, ElementsAre("/etc/pe/key1", "/etc/pe/key2"));
  EXPECT_TRUE(layer->credentials[0].become);
}

TEST(ConfigFile, Downloads) {
  const auto layer =
      ParseConfigFile("downloads: {allowHosts: [files.example.com, '*.example.org'], allowPrivate: true}\n", "c.yaml");
  ASSERT_TRUE(layer.ok()) << layer.status();
  EXPECT_EQ(layer->values.at("downloads.allowHosts"), "files.example.com,*.example.org");
  EXPECT_EQ(layer->values.at("downloads.allowPrivate"), "true");
  EXPECT_EQ(ParseConfigFile("downloads: {allowHosts: []}", "c.yaml")->values.at("downloads.allowHosts"), "*");
  const std::string problem = Problem("downloads:\n  allowHost: [a]\n  allowHosts: a\n");
  EXPECT_THAT(problem, HasSubstr("c.yaml:2: unknown key `allowHost`; did you mean `allowHosts`?"));
  EXPECT_THAT(problem, HasSubstr("c.yaml:3: `allowHosts` must be a list of hosts"));
}

TEST(ConfigFile, EmptyIsFine) {
  for (const char* text : {"", "# nothing\n", "---\n"}) EXPECT_TRUE(ParseConfigFile(text, "c.yaml").ok()) << text;
}

TEST(ConfigFile, AllProblemsAtOnceWithLines) {
  const std::string problem =
      Problem("dataDri: /x\nsocket: [a]\nsocket: /s\ncredentials:\n  - user: root\n    becom: true\n    become: yes\n");
  EXPECT_THAT(problem, HasSubstr("c.yaml:1: unknown key `dataDri`; did you mean `dataDir`?"));
  EXPECT_THAT(problem, HasSubstr("c.yaml:2: `socket` must be a text"));
  EXPECT_THAT(problem, HasSubstr("c.yaml:3: `socket` appears twice"));
  EXPECT_THAT(problem, HasSubstr("c.yaml:5: a credential needs a `name`"));
  EXPECT_THAT(problem, HasSubstr("c.yaml:6: unknown key `becom`; did you mean `become`?"));
  EXPECT_THAT(problem, HasSubstr("c.yaml:7: `become` must be true or false"));
}

TEST(ConfigFile, OtherShapes) {
  EXPECT_THAT(Problem("- a\n"), HasSubstr("must be a map"));
  EXPECT_THAT(Problem("a: [\n"), HasSubstr("c.yaml:"));
  EXPECT_THAT(Problem("credentials: {a: b}\n"), HasSubstr("must be a list"));
  EXPECT_THAT(Problem("credentials: [a]\n"), HasSubstr("must be a map with"));
  EXPECT_THAT(Problem("credentials: [{name: a}, {name: a}]\n"), HasSubstr("a second credential `a`"));
  EXPECT_THAT(Problem("socket: /a\n---\nsocket: /b\n"), HasSubstr("a second document"));
  EXPECT_THAT(Problem("zzzzzzzzzz: 1\n"), HasSubstr("known are credentials, downloads, dataDir"));
  EXPECT_THAT(Problem(std::string(2 << 20, ' ')), HasSubstr("larger than"));
  EXPECT_THAT(Problem(std::string(5000, '[')), HasSubstr("c.yaml"));
}

}  // namespace
}  // namespace pe
