// user, group; on a host, by its own tools.
#include "tests/conformance/steps/step_case.h"

namespace pe::agent {
namespace {

using provision::v1::StepBody;

const char kHash[] =
    "$6$saltsalt$8N3SzHTBpDcUbBmwlYjWXGKP1WCd2Lj5AmBGZ5UqZK1yqzG9ZbJQmBv8qXl1i8jN0m0aTq0p8rQ0fN8KZrE5o/";

std::string Accounts(World& world) {
  const std::string shadow = world.Output({"getent", "shadow", "confuser"});
  return world.Output({"getent", "passwd", "confuser"}) + world.Output({"id", "confuser"}) +
         world.Output({"getent", "group", "confuser", "confgroup"}) +
         shadow.substr(0, shadow.find(':', shadow.find(':') + 1)) + world.Output({"ls", "/home/confuser"});
}

void Clean(World& world) {
  world.Output({"userdel", "-r", "confuser"});
  world.Output({"groupdel", "confuser"});
  world.Output({"groupdel", "confgroup"});
}

void WithUser(World& world) {
  Clean(world);
  world.Run({"groupadd", "confgroup"});
  world.Run({"useradd", "-m", "-u", "4321", "-s", "/bin/sh", "-c", "before", "confuser"});
}

StepBody User(const std::string& shell) {
  StepBody body;
  body.mutable_user()->set_name("confuser");
  body.mutable_user()->set_shell(shell);
  return body;
}

StepBody Group(int64_t gid) {
  StepBody body;
  body.mutable_group()->set_name("confgroup");
  body.mutable_group()->set_gid(gid);
  return body;
}

}  // namespace

std::vector<StepCase> AccountCases() {
  std::vector<StepCase> cases = {
      {.name = "user_new",
       .body =
           [](World&) {
             StepBody body = User("/bin/bash");
             body.mutable_user()->set_uid(4444);
             body.mutable_user()->add_groups("users");
             body.mutable_user()->set_create_home(true);
             body.mutable_user()->set_comment("Conformance");
             body.mutable_user()->set_password_hash(kHash);
             return body;
           },
       .set_up = Clean,
       .tamper =
           [](World& world) {
             world.Run({"usermod", "-s", "/bin/false", "confuser"});
           }},
      {.name = "user_changed",
       .body =
           [](World&) {
             StepBody body = User("/bin/bash");
             body.mutable_user()->add_groups("confgroup");
             body.mutable_user()->set_append_groups(true);
             body.mutable_user()->set_password_hash(kHash);
             return body;
           },
       .set_up = WithUser,
       .tamper =
           [](World& world) {
             world.Run({"usermod", "-c", "theirs", "confuser"});
           }},
      {.name = "user_absent",
       .body =
           [](World&) {
             StepBody body = User("");
             body.mutable_user()->set_state(provision::v1::ABSENT);
             return body;
           },
       .set_up = WithUser,
       .tamper =
           [](World& world) {
             world.Run({"useradd", "-M", "-u", "4777", "confuser"});
           }},
      {.name = "group_new",
       .body = [](World&) { return Group(0); },
       .set_up = Clean,
       .tamper =
           [](World& world) {
             world.Run({"useradd", "-M", "confuser"});
             world.Run({"gpasswd", "-a", "confuser", "confgroup"});
           }},
      {.name = "group_changed",
       .body = [](World&) { return Group(4555); },
       .set_up = WithUser,
       .tamper =
           [](World& world) {
             world.Run({"groupmod", "-g", "4556", "confgroup"});
           }},
      {.name = "group_absent",
       .body =
           [](World&) {
             StepBody body = Group(0);
             body.mutable_group()->set_state(provision::v1::ABSENT);
             return body;
           },
       .set_up = WithUser,
       .tamper =
           [](World& world) {
             world.Run({"groupadd", "-g", "4557", "confgroup"});
           }},
  };
  for (StepCase& step_case : cases) step_case.state = Accounts, step_case.host = true;
  return cases;
}

}  // namespace pe::agent
