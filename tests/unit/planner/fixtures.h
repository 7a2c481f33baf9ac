// Specs and requests in protobuf's text format, facts of hosts, and plans as text.
#ifndef TESTS_UNIT_PLANNER_FIXTURES_H_
#define TESTS_UNIT_PLANNER_FIXTURES_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "server/engine/planner.h"
#include "server/engine/validate.h"

namespace pe {

template <typename Message>
Message Parse(const std::string& text) {
  Message out;
  if (!google::protobuf::TextFormat::ParseFromString(text, &out))
    ADD_FAILURE() << "not a " << Message::descriptor()->name() << ": " << text;
  return out;
}

inline provision::v1::ServiceSpec Spec(const std::string& text) {
  return Parse<provision::v1::ServiceSpec>("name: 'web' " + text);
}

// "field: description", one a violation.
inline std::vector<std::string> Lines(const std::vector<Violation>& violations) {
  std::vector<std::string> out;
  for (const Violation& v : violations) out.push_back(absl::StrCat(v.field, ": ", v.description));
  return out;
}

inline std::vector<std::string> Lines(const absl::Status& status) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (!payload.has_value()) return {status.ToString()};
  bad.ParseFromString(std::string(*payload));
  std::vector<std::string> out;
  for (const auto& v : bad.field_violations()) out.push_back(absl::StrCat(v.field(), ": ", v.description()));
  return out;
}

// A Debian 12 host with systemd.
inline provision::v1::Facts Bookworm() {
  return Parse<provision::v1::Facts>(
      "hostname: 'web-1' os_id: 'debian' os_version: '12' os_codename: 'bookworm' architecture: 'amd64' cpus: 2 "
      "memory_bytes: 4096 "
      "addresses: '10.0.0.5' package_manager: 'apt' has_os: true capabilities: [INIT, KERNEL, NETWORK, REBOOT]");
}

// A root filesystem with Debian 12 in it.
inline provision::v1::Facts Root() {
  provision::v1::Facts out = Bookworm();
  out.clear_capabilities();
  return out;
}

// What PlanStage needs, with a life of its own.
struct Planning {
  explicit Planning(const std::string& spec_text, const std::map<std::string, std::string>& given = {})
      : spec(Spec(spec_text)) {
    EXPECT_EQ(Lines(ValidateSpec(spec, "spec")), std::vector<std::string>());
    const auto bound = BindVariables(spec, given, &secrets);
    EXPECT_TRUE(bound.ok()) << bound.status();
    if (bound.ok()) variables = *bound;
    input.spec = &spec;
    input.variables = &variables;
    input.facts = &facts;
    input.target_facts = &facts;
    input.resource = "resources/web-1";
    input.host = "10.0.0.5";
    input.transport = "ssh";
  }
  Planning(const Planning&) = delete;

  StagePlan Plan() const {
    auto plan = PlanStage(input);
    EXPECT_TRUE(plan.ok()) << absl::StrJoin(Lines(plan.status()), "\n");
    return plan.ok() ? *plan : StagePlan();
  }
  std::vector<std::string> Errors() const { return Lines(PlanStage(input).status()); }

  provision::v1::ServiceSpec spec;
  Variables variables;
  std::map<std::string, std::string> secrets;
  provision::v1::Facts facts = Bookworm();
  PlanInput input;
};

// "0 page file", "1 web unit after 0", "2 x exec SKIPPED (reason)", "3 reload unit handler": index, id, kind and edges
// by index.
inline std::vector<std::string> Shown(const StagePlan& plan) {
  std::vector<int> sent;  // position -> index in the list
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (plan.steps[i].status.state() == provision::v1::StepStatus::PENDING) sent.push_back(static_cast<int>(i));
  }
  std::vector<std::string> out;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const auto& [status, step] = plan.steps[i];
    std::string line = absl::StrCat(i, " ", status.id(), " ", status.kind());
    if (status.state() == provision::v1::StepStatus::SKIPPED)
      absl::StrAppend(&line, " SKIPPED (", status.reason(), ")");
    for (const int position : step.after()) absl::StrAppend(&line, " after ", sent[position]);
    for (const int position : step.notify()) absl::StrAppend(&line, " notifies ", sent[position]);
    if (step.handler()) line += " handler";
    if (step.notified()) line += " notified";
    if (step.last()) line += " last";
    out.push_back(line);
  }
  return out;
}

inline const provision::v1::StepBody& BodyAt(const StagePlan& plan, size_t i) { return plan.steps.at(i).step.body(); }

}  // namespace pe

#endif  // TESTS_UNIT_PLANNER_FIXTURES_H_
