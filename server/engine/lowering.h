// Lowering: what a spec's section or step becomes: the body of a typed step, and what a person reads about it.
// Pure; thread-safe.
#ifndef SERVER_ENGINE_LOWERING_H_
#define SERVER_ENGINE_LOWERING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "provision/v1/spec.pb.h"
#include "provision/v1/step.pb.h"
#include "server/engine/outline.h"

namespace pe {

// Where the target answers, for what others are told about it.
struct TargetIdentity {
  std::string resource;  // "resources/web-1"
  std::string host;      // "10.0.0.5"
  std::string root;      // of a rootfs target
};

// The body of a node, as written; for parts of monitoring see LowerMonitoring.
provision::v1::StepBody BodyOf(const OutlineNode& node, const provision::v1::ServiceSpec& spec,
                               const TargetIdentity& target);

// The body of a part of monitoring. REQUIRES: `monitoring` is interpolated and valid.
provision::v1::StepBody LowerMonitoring(OutlineNode::Part part, const provision::v1::Monitoring& monitoring,
                                        const TargetIdentity& target);
// What restarts an exporter whose configuration changed.
provision::v1::StepBody ExporterRestart(const provision::v1::Monitoring& monitoring);

// "Install nginx-light, libssl3"; for what sections ask for. Steps of the spec have their own.
std::string TitleOf(const provision::v1::StepBody& body);
// "asked for by libraries", "step 'web' of the spec".
std::string PlanReason(const OutlineNode& node);
// Why a step cannot be undone; empty when it can.
std::string NotUndoable(const provision::v1::StepBody& body);
// "package", "file" ...: the name of the kind that is set.
std::string KindOf(const provision::v1::StepBody& body);
// How long an attempt may take when the step does not say.
int64_t DefaultTimeoutMicros(const provision::v1::StepBody& body);
// The kind of a step as a body.
provision::v1::StepBody BodyOfStep(const provision::v1::Step& step);

}  // namespace pe

#endif  // SERVER_ENGINE_LOWERING_H_
