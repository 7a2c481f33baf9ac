// Effect: what a job machine wants done once the events that justify it are durable.
#ifndef SERVER_ENGINE_EFFECTS_H_
#define SERVER_ENGINE_EFFECTS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "provision/agent/v1/agent.pb.h"
#include "provision/v1/fact.pb.h"
#include "provision/v1/resource.pb.h"

namespace pe {

// One connection of one target. An effect may be released when its connection has already been replaced by a newer one;
// the number tells, and it is dropped.
struct Peer {
  int target = 0;
  int connection = 0;
};

// Connect the target's current stage to `resource`.
struct ConnectEffect {
  Peer peer;
  std::string resource;    // "resources/..."
  bool host_side = false;  // outside the root of a rootfs target
};
// Close its connection; work on the host goes on.
struct DisconnectEffect {
  Peer peer;
};
// Answer Hello; reports of `run` are wanted from after `after_seq`.
struct WelcomeEffect {
  Peer peer;
  std::string run;  // empty: none is open
  int64_t after_seq = 0;
  std::vector<provision::agent::v1::EndedStep> ended;  // what is stored, for an agent that lost its memory
};
// The host answers over this connection, which is newer than a guarded step's change.
struct ConfirmGuardEffect {
  Peer peer;
  provision::agent::v1::OpenGuard guard;
};
// Send the plan and have it run. Secrets are put in by the engine, which alone knows them.
struct RunEffect {
  Peer peer;
  provision::agent::v1::Plan plan;
};
// Send the values of the plan's secrets (again).
struct SecretsEffect {
  Peer peer;
  provision::agent::v1::Plan plan;
};
// Everything up to `seq` is durable.
struct AckEffect {
  Peer peer;
  std::string run;
  int64_t seq = 0;
};
struct CancelRunEffect {
  Peer peer;
  std::string run;
  bool force = false;
};
// The run's end is durable: its journal may go.
struct ForgetEffect {
  Peer peer;
  std::string run;
};
// Change a resource's record: the fields that are set.
struct ResourceEffect {
  std::string resource;
  provision::v1::Resource::State state = provision::v1::Resource::STATE_UNSPECIFIED;
  std::string reason;
  std::string offered_host_key;
  std::vector<provision::v1::Facts> facts;  // none or one
};

using Effect = std::variant<ConnectEffect, DisconnectEffect, WelcomeEffect, ConfirmGuardEffect, RunEffect,
                            SecretsEffect, AckEffect, CancelRunEffect, ForgetEffect, ResourceEffect>;

}  // namespace pe

#endif  // SERVER_ENGINE_EFFECTS_H_
