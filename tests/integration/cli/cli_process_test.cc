#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/integration/cli/fake_engine.h"
#include "tests/integration/cli/pe_process.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::StepStatus;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kSpec[] = "name: hello-web\nsteps:\n  - id: page\n    file: {path: /p, content: hi}\n";

std::string SpecFile(const std::string& text) {
  static int count = 0;
  const std::string path =
      testing::TempDir() + "/spec-" + std::to_string(getpid()) + "-" + std::to_string(count++) + ".yaml";
  std::ofstream(path) << text;
  return path;
}

std::vector<std::string> Apply(const FakeEngine& engine, std::vector<std::string> more = {},
                               const std::string& command = "apply") {
  std::vector<std::string> arguments = {"--engine", engine.address(),  command, "-f", SpecFile(kSpec),
                                        "-t",       "ssh://root@web-1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Apply, ShowsTheJobAndExitsWithItsResult) {
  FakeEngine engine;
  engine.AddStep(StepStatus::CHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  PeProcess pe(Apply(engine));
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_EQ(pe.out(), "web-1 ready: 1 changed\n");
  EXPECT_THAT(pe.err(), StartsWith("jobs/0abcdefgh1234567: hello-web 1.2.0, 1 host\n"));
  EXPECT_THAT(pe.err(), HasSubstr("web-1 page: changed"));
  ASSERT_EQ(engine.provisioned().size(), 1u);
  EXPECT_EQ(engine.provisioned()[0].spec().steps(0).file().content(), "hi");
  EXPECT_EQ(engine.provisioned()[0].targets(0).inline_().address(), "ssh://root@web-1");
}

TEST(Apply, AFailedJobExitsWithOneAndRepeatsTheLog) {
  FakeEngine engine;
  auto* const output = engine.AddEvent(0, 0)->mutable_output();
  output->set_stream(provision::v1::Output::STDERR);
  output->set_data("E: it is \x1b[31mbroken\n");
  engine.AddStep(StepStatus::FAILED);
  engine.AddEnd(Job::FAILED);
  PeProcess pe(Apply(engine));
  EXPECT_EQ(pe.Wait(), 1);
  EXPECT_THAT(pe.err(), AllOf(HasSubstr("  | E: it is \\x1b[31mbroken\n"), HasSubstr("pe retry 0abcdefgh1234567"),
                              Not(HasSubstr("\x1b"))));
}

TEST(Apply, ACancelledJobExitsWithTwo) {
  FakeEngine engine;
  engine.AddEnd(Job::CANCELLED);
  EXPECT_EQ(PeProcess(Apply(engine)).Wait(), 2);
}

TEST(Apply, DetachPrintsTheNameOnly) {
  FakeEngine engine;
  PeProcess pe(Apply(engine, {"--detach"}));
  EXPECT_EQ(pe.Wait(), 0);
  EXPECT_EQ(pe.out(), "jobs/0abcdefgh1234567\n");
  EXPECT_THAT(pe.err(), HasSubstr("pe watch 0abcdefgh1234567"));
  EXPECT_TRUE(engine.watched().empty());
}

TEST(Apply, JsonIsTheJobAndNothingElse) {
  FakeEngine engine;
  engine.AddEnd(Job::SUCCEEDED);
  PeProcess pe(Apply(engine, {"-o", "json"}));
  EXPECT_EQ(pe.Wait(), 0);
  EXPECT_THAT(pe.out(),
              AllOf(StartsWith("{\n \"name\": \"jobs/0abcdefgh1234567\""), HasSubstr("\"state\": \"SUCCEEDED\"")));
}

TEST(Apply, ProgressJsonIsOneEventALine) {
  FakeEngine engine;
  engine.AddStep(StepStatus::UNCHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  PeProcess pe(Apply(engine, {"--progress", "json"}));
  EXPECT_EQ(pe.Wait(), 0);
  int lines = 0;
  std::istringstream in(pe.out());
  for (std::string line; std::getline(in, line); ++lines) {
    EXPECT_THAT(line, StartsWith("{"));
    EXPECT_THAT(line, HasSubstr("\"seq\":\"" + std::to_string(lines + 1) + "\""));
  }
  EXPECT_EQ(lines, 5);
}

TEST(Plan, DetailedExitCode) {
  FakeEngine engine;
  engine.AddEvent(0, 0)->mutable_diff()->set_text("+hi\n");
  engine.AddStep(StepStatus::CHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  PeProcess with(Apply(engine, {"--detailed-exitcode"}, "plan"));
  EXPECT_EQ(with.Wait(), 3);
  EXPECT_EQ(with.out(), "web-1 ~ page\n    +hi\nweb-1 planned: 1 to change\n");
  EXPECT_EQ(engine.provisioned()[0].mode(), Job::PLAN);
  EXPECT_EQ(PeProcess(Apply(engine, {}, "plan")).Wait(), 0);
}

TEST(Stream, ACutIsMendedWithoutAGap) {
  FakeEngine engine;
  engine.AddStep(StepStatus::RUNNING);
  engine.AddStep(StepStatus::CHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  engine.cuts = {2, 4};
  PeProcess pe(Apply(engine, {"--progress", "json"}));
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_THAT(pe.err(), HasSubstr("the stream was cut (cut by the script)"));
  std::string seqs;
  std::istringstream in(pe.out());
  for (std::string line; std::getline(in, line);) seqs += line.substr(line.find("\"seq\":\"") + 7, 1);
  EXPECT_EQ(seqs, "123456");
  std::vector<int64_t> asked;
  for (const auto& request : engine.watched()) asked.push_back(request.after_seq());
  EXPECT_EQ(asked, (std::vector<int64_t>{0, 2, 4}));
}

TEST(Stream, AGapIsSaidLoudly) {
  FakeEngine engine;
  engine.AddStep(StepStatus::CHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  engine.skips = 3;
  PeProcess pe(Apply(engine));
  EXPECT_EQ(pe.Wait(), 1);
  EXPECT_THAT(pe.err(), HasSubstr("sequence 3 was due and a batch from 4 came"));
}

TEST(Stream, CtrlCDetachesAndSaysHowToComeBack) {
  for (const int signal : {SIGINT, SIGTERM}) {
    FakeEngine engine;
    engine.AddStep(StepStatus::RUNNING);
    engine.holds = true;
    PeProcess pe(Apply(engine));
    ASSERT_TRUE(pe.WaitFor("web-1 page: running")) << pe.err();
    pe.Signal(signal);
    EXPECT_EQ(pe.Wait(), 130);
    EXPECT_THAT(pe.err(), HasSubstr("jobs/0abcdefgh1234567 goes on. Come back with: pe watch 0abcdefgh1234567"));
  }
}

TEST(Stream, OnATerminalTheFrameIsRemovedAtTheEnd) {
  FakeEngine engine;
  engine.AddStep(StepStatus::RUNNING);
  engine.holds = true;
  PeProcess pe(Apply(engine), {.terminal = true});
  ASSERT_TRUE(pe.WaitFor("▸\x1b[0m page")) << pe.err();
  pe.Signal(SIGINT);
  EXPECT_EQ(pe.Wait(), 130);
  EXPECT_THAT(pe.err(), HasSubstr("\x1b[J"));
}

TEST(Stream, NoColourWhenAskedNotTo) {
  FakeEngine engine;
  engine.AddStep(StepStatus::RUNNING);
  engine.holds = true;
  PeProcess pe(Apply(engine), {.environment = {"NO_COLOR=1"}, .terminal = true});
  ASSERT_TRUE(pe.WaitFor("▸ page"));
  EXPECT_THAT(pe.err(), Not(HasSubstr("\x1b[36m")));
}

TEST(Watch, ReplaysAndGoesOn) {
  FakeEngine engine;
  engine.AddStep(StepStatus::CHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  PeProcess pe({"--engine", engine.address(), "watch", "latest"});
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_THAT(pe.err(), StartsWith("jobs/0abcdefgh1234567: hello-web 1.2.0, 1 host\n"));
}

TEST(Watch, AfterASequenceShowsOnlyWhatCameLater) {
  FakeEngine engine;
  engine.AddStep(StepStatus::CHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  PeProcess plain({"--engine", engine.address(), "watch", "0abcdefgh1234567", "--after-seq", "3"});
  EXPECT_EQ(plain.Wait(), 0);
  EXPECT_THAT(plain.err(), AllOf(Not(HasSubstr("page: changed")), HasSubstr("web-1: ready")));
  EXPECT_EQ(plain.out(), "web-1 ready: 1 changed\n");
  PeProcess json({"--engine", engine.address(), "--progress", "json", "watch", "0abcdefgh1234567", "--after-seq", "3"});
  EXPECT_EQ(json.Wait(), 0);
  EXPECT_THAT(json.out(), AllOf(HasSubstr("\"seq\":\"4\""), Not(HasSubstr("\"seq\":\"3\""))));
  EXPECT_EQ(engine.watched().back().after_seq(), 3);
}

TEST(Watch, AHistoryThatIsGoneIsSaidAndSkipped) {
  FakeEngine engine;
  engine.AddStep(StepStatus::CHANGED);
  engine.AddEnd(Job::SUCCEEDED);
  engine.oldest = 3;
  PeProcess pe({"--engine", engine.address(), "watch", "0abcdefgh1234567"});
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_THAT(pe.err(), HasSubstr("no longer kept"));
  ASSERT_EQ(engine.watched().size(), 2u);
  EXPECT_FALSE(engine.watched()[1].has_after_seq());
}

TEST(Errors, TheSpecsHaveLineAndColumn) {
  FakeEngine engine;
  const std::string path = SpecFile("name: x\nsteps:\n  - {id: a, fiel: {path: /p}}\n");
  PeProcess pe({"--engine", engine.address(), "apply", "-f", path, "-t", "local://"});
  EXPECT_EQ(pe.Wait(), 64);
  EXPECT_EQ(pe.err(), path + ":3:13: steps[0]: unknown field \"fiel\"; did you mean \"file\"?\n");
  EXPECT_EQ(pe.out(), "");
  EXPECT_TRUE(engine.provisioned().empty());
}

TEST(Errors, TheEnginesViolationsToo) {
  FakeEngine engine;
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("spec.steps[0].file.path");
  violation->set_description("must be absolute");
  violation = bad.add_field_violations();
  violation->set_field("targets[0].inline.address");
  violation->set_description("has no host");
  google::rpc::Status status;
  status.set_code(3);
  status.set_message("2 violations");
  status.add_details()->PackFrom(bad);
  engine.refuse = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "2 violations", status.SerializeAsString());
  PeProcess pe(Apply(engine));
  EXPECT_EQ(pe.Wait(), 64);
  EXPECT_THAT(pe.err(), AllOf(HasSubstr(".yaml:4:18: steps[0].file.path: must be absolute\n"),
                              HasSubstr("pe: targets[0].inline.address: has no host\n")));
}

TEST(Errors, StandardInputIsAFileToo) {
  FakeEngine engine;
  PeProcess pe({"--engine", engine.address(), "apply", "-f", "-", "-t", "local://"}, {.input = "nam: x\n"});
  EXPECT_EQ(pe.Wait(), 64);
  EXPECT_EQ(pe.err(), "<stdin>:1:1: unknown field \"nam\"; did you mean \"name\"?\n");
}

TEST(Errors, TheTokenIsSentAndMissed) {
  FakeEngine engine;
  engine.token = "t0ken";
  engine.AddEnd(Job::SUCCEEDED);
  EXPECT_EQ(PeProcess(Apply(engine)).Wait(), 4);
  EXPECT_EQ(PeProcess(Apply(engine), {.environment = {"PE_TOKEN=t0ken"}}).Wait(), 0);
  const std::string path = SpecFile("t0ken\n");
  EXPECT_EQ(PeProcess(Apply(engine, {"--token-file", path})).Wait(), 0);
}

TEST(Errors, NoEngine) {
  PeProcess pe({"--engine", "unix:/nonexistent/engine.sock", "list"});
  EXPECT_EQ(pe.Wait(), 69);
  EXPECT_THAT(pe.err(), HasSubstr("is provisiond running?"));
}

TEST(Errors, NoSuchJob) {
  FakeEngine engine;
  PeProcess pe({"--engine", engine.address(), "status", "jobs/nope"});
  EXPECT_EQ(pe.Wait(), 1);
  EXPECT_THAT(pe.err(), HasSubstr("there is no jobs/nope"));
}

TEST(Usage, MistypedWordsGetASuggestion) {
  PeProcess command({"aply"});
  EXPECT_EQ(command.Wait(), 64);
  EXPECT_THAT(command.err(), HasSubstr("unknown command aply; did you mean apply?"));
  PeProcess flag({"apply", "--trget", "x"});
  EXPECT_EQ(flag.Wait(), 64);
  EXPECT_THAT(flag.err(), HasSubstr("unknown flag --trget; did you mean --target?"));
  PeProcess nothing({"--output", "xml", "list"});
  EXPECT_EQ(nothing.Wait(), 64);
}

TEST(Usage, HelpIsData) {
  PeProcess pe({"--help"});
  EXPECT_EQ(pe.Wait(), 0);
  EXPECT_THAT(pe.out(), HasSubstr("apply"));
}

TEST(Cancel, SaysWhereToSeeTheEnd) {
  FakeEngine engine;
  PeProcess pe({"--engine", engine.address(), "cancel", "-"});
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_EQ(pe.out(), "jobs/0abcdefgh1234567 cancelling\n");
  EXPECT_THAT(pe.err(), HasSubstr("pe watch 0abcdefgh1234567"));
}

}  // namespace
}  // namespace pe::cli
