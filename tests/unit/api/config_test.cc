#include "server/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "server/config/settings.h"
#include "server/config/units.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DefaultsInput Trial() {
  return {.dev = true,
          .root = true,
          .executable_dir = "/opt/pe",
          .default_socket = "/run/provision-engine/engine.sock",
          .environment = {{"SSH_AUTH_SOCK", "/tmp/agent"}},
          .home_keys = {"/root/.ssh/id_ed25519"}};
}

ConfigLayer Said(const std::string& origin, std::map<std::string, std::string> values) {
  return {.origin = origin, .values = std::move(values)};
}

TEST(Config, TheStrongestSourceWinsAndIsRemembered) {
  const auto config = MakeConfig(
      true, {Said("flag", {{"socket", "/flag"}}),
             ReadEnvironment({{"PE_SOCKET", "/env"}, {"PE_DATA_DIR", "/env"}, {"PE_OTHER", "x"}}),
             Said("c.yaml", {{"socket", "/file"}, {"dataDir", "/file"}, {"agentDir", "/file"}}), Defaults(Trial())});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->socket, "/flag");
  EXPECT_EQ(config->data_dir, "/env");
  EXPECT_EQ(config->agent_dir, "/file");
  EXPECT_EQ(config->log_level, "info");
  EXPECT_EQ(config->origins.at("socket"), "flag");
  EXPECT_EQ(config->origins.at("dataDir"), "environment");
  EXPECT_EQ(config->origins.at("agentDir"), "c.yaml");
  EXPECT_EQ(config->origins.at("logLevel"), "default");
}

TEST(Config, DefaultsOfATrialAndOfAService) {
  const auto trial = MakeConfig(true, {Defaults(Trial())});
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_EQ(trial->data_dir, "/var/lib/provision-engine-dev");
  EXPECT_EQ(trial->listen, "127.0.0.1:0");
  EXPECT_EQ(trial->retention_age, "30d");
  EXPECT_EQ(trial->retention_size, "10GiB");
  ASSERT_NE(trial->Find("default"), nullptr);
  EXPECT_EQ(trial->Find("default")->user, "root");
  EXPECT_EQ(trial->Find("default")->agent_socket, "/tmp/agent");
  EXPECT_THAT(trial->Find("default")->key_files, ElementsAre("/root/.ssh/id_ed25519"));

  auto input = Trial();
  input.root = false;
  input.environment["HOME"] = "/home/u";
  EXPECT_EQ(Defaults(input).values.at("dataDir"), "/home/u/.local/state/provision-engine-dev");
  input.environment["XDG_STATE_HOME"] = "/state";
  EXPECT_EQ(Defaults(input).values.at("dataDir"), "/state/provision-engine-dev");

  input.dev = false;
  const auto service = MakeConfig(false, {Defaults(input)});
  ASSERT_TRUE(service.ok()) << service.status();
  EXPECT_EQ(service->data_dir, "/var/lib/provision-engine");
  EXPECT_EQ(service->listen, "");
  EXPECT_EQ(service->Find("default"), nullptr);  // nobody's keys are taken without being told
}

TEST(Config, WrongValuesAreAllNamed) {
  const auto config =
      MakeConfig(true, {Said("flag", {{"socket", "relative"},
                                      {"listen", "0.0.0.0:1"},
                                      {"logLevel", "loud"},
                                      {"logFormat", "xml"},
                                      {"retentionAge", "30"},
                                      {"retentionSize", "10GB"},
                                      {"dataDir", ""},
                                      {"downloads.allowHosts", "a.org,http://b"},
                                      {"downloads.allowPrivate", "maybe"}}),
                        {.origin = "c.yaml", .credentials = {{.name = "c", .key_files = {"~/.ssh/id"}}}},
                        Defaults(Trial())});
  ASSERT_FALSE(config.ok());
  for (const char* part :
       {"socket (flag): `relative` must be an absolute path", "listen (flag): `0.0.0.0:1` is not a loopback address",
        "retentionAge (flag): `30` must be like 30d", "retentionSize (flag): `10GB` must be like 10GiB",
        "`loud` is not a log level", "must be auto, text or json", "dataDir: must not be empty",
        "downloads.allowHosts (flag): `http://b` is not HOST or *.HOST",
        "downloads.allowPrivate (flag): must be true or false",
        "credential `c`: key file `~/.ssh/id` must be an absolute path"}) {
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(part));
  }
  EXPECT_FALSE(MakeConfig(false, {Said("flag", {{"socket", "off"}, {"listen", "off"}}), Defaults(Trial())}).ok());
}

TEST(Config, Quantities) {
  EXPECT_EQ(*ParseSpan("30d"), int64_t{30} * 24 * 3600 * 1'000'000);
  EXPECT_EQ(*ParseSpan("45s"), 45'000'000);
  EXPECT_EQ(*ParseByteSize("10GiB"), int64_t{10} << 30);
  EXPECT_EQ(*ParseByteSize("1KiB"), 1024);
  for (const char* wrong :
       {"", "d", "30", "0d", "-1d", "+1d", "1.5d", "30 d", "d30", "99999999999999999999d", "40000d"})
    EXPECT_FALSE(ParseSpan(wrong).ok()) << wrong;
  for (const char* wrong : {"", "GiB", "10GB", "0MiB", "1025TiB", " 1GiB"})
    EXPECT_FALSE(ParseByteSize(wrong).ok()) << wrong;
}

TEST(Config, CredentialFlag) {
  const auto one = ParseCredentialFlag("name=web,user=deploy,key=/a,key=/b,agent=/s,become=true,sshConfig=/c");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(*one, (CredentialConfig{.name = "web",
                                    .user = "deploy",
                                    .key_files = {"/a", "/b"},
                                    .agent_socket = "/s",
                                    .become = true,
                                    .ssh_config = "/c"}));
  EXPECT_EQ(ParseCredentialFlag("key=/a")->name, "default");
  for (const char* wrong : {"", "nam=x", "become=maybe", "user"})
    EXPECT_FALSE(ParseCredentialFlag(wrong).ok()) << wrong;
}

TEST(Config, WhatIsPrintedIsReadAgain) {
  const auto config = MakeConfig(
      true, {Said("flag", {{"listen", "off"}, {"socket", "/a b: \"c\""}, {"downloads.allowHosts", "a.org,*.b.org"}}),
             {.origin = "flag", .credentials = {*ParseCredentialFlag("name=web,user=u,key=/k,become=true")}},
             Defaults(Trial())});
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string text = PrintConfig(*config);
  EXPECT_THAT(text, HasSubstr("# flag"));
  const auto layer = ParseConfigFile(text, "printed");
  ASSERT_TRUE(layer.ok()) << layer.status() << text;
  const auto again = MakeConfig(true, {*layer});
  ASSERT_TRUE(again.ok()) << again.status();
  for (const Setting& setting : kSettings) EXPECT_EQ(*again.*setting.field, *config.*setting.field) << setting.key;
  EXPECT_EQ(again->credentials, config->credentials);
}

TEST(Config, SettingsAreConsistent) {
  std::set<std::string> names;
  for (const Setting& setting : kSettings) {
    EXPECT_TRUE(names.insert(setting.key).second && names.insert(setting.env).second &&
                names.insert(setting.flag).second)
        << setting.key;
    EXPECT_TRUE(Defaults(Trial()).values.count(setting.key) == 1) << setting.key << " has no default";
  }
}

}  // namespace
}  // namespace pe
