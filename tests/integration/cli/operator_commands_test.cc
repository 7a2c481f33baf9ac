// What operators use beside jobs: logs, doctor, completion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/cli/fake_engine.h"
#include "tests/integration/cli/pe_process.h"

namespace pe::cli {
namespace {

using provision::v1::Job;
using provision::v1::Output;
using provision::v1::StepStatus;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Two hosts; the first has written in pieces, the second one line.
class LogsTest : public testing::Test {
 protected:
  LogsTest() {
    engine_.job.mutable_targets(0)->add_steps()->set_id("page");
    engine_.job.add_targets()->set_resource("resources/web-2");
    engine_.job.mutable_targets(1)->add_steps()->set_id("page");
    Write(0, Output::STDOUT, "one\ntw");
    Write(1, Output::STDERR, "other\n");
    Write(0, Output::STDOUT, "o\nno end");
    engine_.AddStep(StepStatus::CHANGED);
    engine_.AddEnd(Job::SUCCEEDED);
  }
  void Write(int target, Output::Stream stream, const std::string& text) {
    auto* const output = engine_.AddEvent(target, 0)->mutable_output();
    output->set_stream(stream);
    output->set_data(text);
  }
  std::vector<std::string> Logs(std::vector<std::string> more) {
    more.insert(more.begin(), {"--engine", engine_.address(), "logs", "latest"});
    return more;
  }
  FakeEngine engine_;
};

TEST_F(LogsTest, LinesSayWhoWroteThem) {
  PeProcess pe(Logs({}));
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_EQ(pe.out(), "web-1 page | one\nweb-2 page | other\nweb-1 page | two\nweb-1 page | no end\n");
}

TEST_F(LogsTest, OneStepOfOneHostIsAsItWasWritten) {
  PeProcess pe(Logs({"--target", "web-1", "--step", "page", "--follow"}));
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_EQ(pe.out(), "one\ntwo\nno end\n");
}

TEST_F(LogsTest, UnknownNamesAreSaid) {
  PeProcess step(Logs({"--step", "nope"}));
  EXPECT_NE(step.Wait(), 0);
  EXPECT_THAT(step.err(), HasSubstr("has no step nope"));
  PeProcess target(Logs({"--target", "web-9"}));
  EXPECT_NE(target.Wait(), 0);
  EXPECT_THAT(target.err(), HasSubstr("has no target web-9"));
}

TEST_F(LogsTest, ALostBeginningIsSaid) {
  engine_.oldest = 5;
  PeProcess pe(Logs({"--no-prefix"}));
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  EXPECT_THAT(pe.err(), HasSubstr("before event 5 is no longer kept"));
  EXPECT_THAT(pe.out(), AllOf(HasSubstr("no end"), Not(HasSubstr("one"))));
}

TEST(DoctorTest, AnEngineThatIsNotThere) {
  PeProcess pe({"--engine", "unix:/nonexistent/engine.sock", "doctor"});
  EXPECT_EQ(pe.Wait(), 69);
  EXPECT_EQ(pe.out(), "FAIL  the engine is not reached\n");
  EXPECT_THAT(pe.err(), AllOf(HasSubstr("there is no socket /nonexistent/engine.sock"), HasSubstr("provisiond --dev")));
}

std::string Completed(std::vector<std::string> words) {
  words.insert(words.begin(), "__complete");
  PeProcess pe(words);
  EXPECT_EQ(pe.Wait(), 0) << pe.err();
  return pe.out();
}

TEST(CompletionTest, CommandsFlagsAndValues) {
  EXPECT_EQ(Completed({"re"}), "resume\nretry\nresource\n");
  EXPECT_THAT(Completed({"resource", ""}), AllOf(HasSubstr("trust\n"), Not(HasSubstr("apply"))));
  EXPECT_EQ(Completed({"list", "--st"}), "--state\n");
  EXPECT_THAT(Completed({"list", "--"}), HasSubstr("--engine\n")) << "also those that every command has";
  EXPECT_EQ(Completed({"-o", "j"}), "json\n");
  EXPECT_EQ(Completed({"apply", "-f", ""}), "") << "the shell's own file names";
  EXPECT_EQ(Completed({"no-such-command", ""}), Completed({""})) << "a wrong word is passed over";
}

TEST(CompletionTest, JobsComeFromTheEngine) {
  FakeEngine engine;
  EXPECT_EQ(Completed({"--engine", engine.address(), "status", "0ab"}), "0abcdefgh1234567\n");
  EXPECT_EQ(Completed({"--engine", "unix:/nonexistent", "status", ""}), "");
}

TEST(CompletionTest, ScriptsForShells) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    PeProcess pe({"completion", shell});
    EXPECT_EQ(pe.Wait(), 0);
    EXPECT_THAT(pe.out(), HasSubstr("__complete"));
  }
  PeProcess other({"completion", "csh"});
  EXPECT_EQ(other.Wait(), 64);
}

}  // namespace
}  // namespace pe::cli
