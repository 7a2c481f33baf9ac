// JobMachine: waiting for a person's decision. A waiting job holds no host and no place in a queue, so nobody's work is
// held up by what nobody has decided; it comes into the queues when it is approved.
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/mutant.h"
#include "server/engine/job_machine.h"
#include "server/engine/proto_time.h"
#include "server/engine/transitions.h"

namespace pe {

using provision::v1::Approval;
using provision::v1::Event;
using provision::v1::Job;

bool JobMachine::AwaitsApproval() const {
  return job_.has_approval() && job_.approval().decision() == Approval::DECISION_UNSPECIFIED &&
         !IsTerminal(job_.state()) && !PE_MUTANT(run_without_approval);
}

void JobMachine::AwaitApproval(Now now) {
  if (!AwaitsApproval()) return;
  TakeDeadline(now);
  SetJobState(Job::AWAITING_APPROVAL,
              absl::StrCat("jobs of ", job_.environment(), " need an approval: pe approve ", id().str()), now);
}

void JobMachine::OnDecided(const Approval& approval, int64_t admission, Now now) {
  if (!AwaitsApproval()) return;
  Event event;
  event.set_target(-1);
  event.set_step(-1);
  *event.mutable_approval() = approval;
  Record(std::move(event), now);
  if (approval.decision() == Approval::REJECTED) {
    StopAll("", now);
    return Settle(now);
  }
  Event queued;
  queued.set_target(-1);
  queued.set_step(-1);
  queued.mutable_state()->set_state(Job::QUEUED);
  queued.mutable_state()->set_reason(absl::StrCat("approved by ", approval.caller()));
  queued.mutable_state()->set_admission(admission);
  Record(std::move(queued), now);
}

std::string JobMachine::WhyStopped() const {
  if (job_.cancel_requested()) return "cancelled";
  if (job_.approval().decision() != Approval::REJECTED) return "the deadline has passed";
  return absl::StrCat("rejected by ", job_.approval().caller(), job_.approval().comment().empty() ? "" : ": ",
                      job_.approval().comment());
}

}  // namespace pe
