#include "client/cli/commands/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace pe::cli {
namespace {

using provision::v1::ProvisionRequest;
using testing::HasSubstr;

std::string Error(const ApplyOptions& options) {
  ProvisionRequest request;
  return std::string(FillRequest(options, &request).message());
}

TEST(Request, Targets) {
  ProvisionRequest request;
  ASSERT_TRUE(
      FillRequest({.targets = {"ssh://root@h", "resources/a", "web-1"}, .selectors = {"role=web"}, .credential = "c"},
                  &request)
          .ok());
  EXPECT_EQ(request.targets(0).inline_().address(), "ssh://root@h");
  EXPECT_EQ(request.targets(0).inline_().credential(), "c");
  EXPECT_EQ(request.targets(1).resource(), "resources/a");
  EXPECT_EQ(request.targets(2).resource(), "resources/web-1");
  EXPECT_EQ(request.targets(3).label_selector(), "role=web");
  EXPECT_FALSE(request.request_id().empty());
}

TEST(Request, TargetsThatAreWrong) {
  EXPECT_THAT(Error({}), HasSubstr("--target"));
  EXPECT_THAT(Error({.targets = {"host.example"}}), HasSubstr("ssh://host.example"));
  EXPECT_THAT(Error({.targets = {"web-1"}, .host_key = "SHA256:x"}), HasSubstr("--host-key"));
  EXPECT_THAT(Error({.targets = {"ssh://a", "ssh://b"}, .host_key = "SHA256:x"}), HasSubstr("hosts do not share keys"));
}

TEST(Request, Rollout) {
  ProvisionRequest request;
  ASSERT_TRUE(FillRequest({.targets = {"a"},
                           .rollout = {.canary = "1",
                                       .failure_budget = "5%",
                                       .waves = {"25%", "50%"},
                                       .soak = "90s",
                                       .pause_after_canary = true}},
                          &request)
                  .ok());
  EXPECT_EQ(request.rollout().canary().count(), 1);
  EXPECT_EQ(request.rollout().waves(1).percent(), 50);
  EXPECT_EQ(request.rollout().failure_budget().percent(), 5);
  EXPECT_EQ(request.rollout().soak().seconds(), 90);
  EXPECT_TRUE(request.rollout().pause_after_canary());
  EXPECT_THAT(Error({.targets = {"a"}, .rollout = {.canary = "one"}}), HasSubstr("--canary one"));
  EXPECT_THAT(Error({.targets = {"a"}, .rollout = {.soak = "soon"}}), HasSubstr("--soak soon"));
  ProvisionRequest none;
  ASSERT_TRUE(FillRequest({.targets = {"a"}}, &none).ok());
  EXPECT_FALSE(none.has_rollout());
}

TEST(Request, TheRest) {
  ProvisionRequest request;
  const ApplyOptions options{.targets = {"a"},
                             .request_id = "r1",
                             .on_failure = "continue",
                             .timeout = "30m",
                             .parallelism = 3,
                             .environment = "prod",
                             .plan = true};
  ASSERT_TRUE(FillRequest(options, &request).ok());
  EXPECT_EQ(request.mode(), provision::v1::Job::PLAN);
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_EQ(request.timeout().seconds(), 1800);
  EXPECT_EQ(request.on_failure(), provision::v1::Step::CONTINUE);
  EXPECT_EQ(request.environment(), "environments/prod");
  EXPECT_THAT(Error({.targets = {"a"}, .timeout = "soon"}), HasSubstr("--timeout soon"));
}

TEST(Values, LaterSourcesWin) {
  const std::string path = testing::TempDir() + "/vars.yaml";
  std::ofstream(path) << "a: file\nb: file\nlist: [x]\n";
  setenv("PE_TEST_SECRET", "s3cret", 1);
  const std::string secret_path = testing::TempDir() + "/secret";
  std::ofstream(secret_path) << "from file\n";
  std::map<std::string, std::string> values;
  ASSERT_TRUE(ReadValues({.vars = {"b=flag", "c=x=y"},
                          .var_files = {path},
                          .secrets = {"s=env:PE_TEST_SECRET", "t=file:" + secret_path}},
                         nullptr, &values)
                  .ok());
  EXPECT_EQ(values,
            (std::map<std::string, std::string>{
                {"a", "file"}, {"b", "flag"}, {"c", "x=y"}, {"list", "[\"x\"]"}, {"s", "s3cret"}, {"t", "from file"}}));
}

TEST(Values, SecretsAreNotTakenFromArguments) {
  provision::v1::ServiceSpec spec;
  spec.add_variables()->set_name("pw");
  spec.mutable_variables(0)->set_type(provision::v1::Variable::SECRET);
  std::map<std::string, std::string> values;
  EXPECT_THAT(ReadValues({.vars = {"pw=hunter2"}}, &spec, &values).message(), HasSubstr("use --secret pw=env:NAME"));
  const auto raw = ReadValues({.secrets = {"pw=hunter2"}}, &spec, &values);
  EXPECT_THAT(raw.message(), HasSubstr("wants env:NAME"));
  EXPECT_THAT(raw.message(), testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(ReadValues({.secrets = {"hunter2"}}, &spec, &values).message(), testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(ReadValues({.secrets = {"pw=env:PE_NOT_SET_AT_ALL"}}, &spec, &values).message(),
              HasSubstr("PE_NOT_SET_AT_ALL"));
  EXPECT_TRUE(values.empty());
}

TEST(Values, AFilesProblemsHaveTheirPlace) {
  const std::string path = testing::TempDir() + "/bad.yaml";
  std::ofstream(path) << "a: {b: c}\n";
  std::map<std::string, std::string> values;
  EXPECT_THAT(ReadValues({.var_files = {path}}, nullptr, &values).message(), HasSubstr("bad.yaml:1:1: a:"));
}

}  // namespace
}  // namespace pe::cli
