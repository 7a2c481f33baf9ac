// The states of jobs, targets and steps, and which may follow which. Data, checked at compile time.
#ifndef SERVER_ENGINE_TRANSITIONS_H_
#define SERVER_ENGINE_TRANSITIONS_H_

#include <cstddef>

#include "provision/v1/job.pb.h"

namespace pe {

template <typename State>
struct Transition {
  State from;
  State to;
};

using JobStates = provision::v1::Job;
using StepStates = provision::v1::StepStatus;

constexpr bool IsTerminal(provision::v1::Job::State s) {
  return s == JobStates::SUCCEEDED || s == JobStates::FAILED || s == JobStates::CANCELLED ||
         s == JobStates::TIMED_OUT || s == JobStates::ROLLED_BACK || s == JobStates::ROLLBACK_FAILED ||
         s == JobStates::UNREACHABLE;
}

constexpr bool IsTerminal(provision::v1::StepStatus::State s) {
  return s == StepStates::UNCHANGED || s == StepStates::CHANGED || s == StepStates::SKIPPED ||
         s == StepStates::FAILED || s == StepStates::CANCELLED || s == StepStates::UNDONE ||
         s == StepStates::OUTCOME_UNKNOWN;
}

// Of a job and of each of its targets. A state may also follow itself with another reason.
inline constexpr Transition<provision::v1::Job::State> kJobTransitions[] = {
    {JobStates::PENDING, JobStates::QUEUED},     // behind other jobs, or no free place
    {JobStates::PENDING, JobStates::PLANNING},   // first connection asked for
    {JobStates::PENDING, JobStates::CANCELLED},  // cancelled before it began
    {JobStates::PENDING, JobStates::TIMED_OUT},
    {JobStates::PENDING, JobStates::PAUSED},               // held before it began
    {JobStates::QUEUED, JobStates::PAUSED},                // of a job: held
    {JobStates::PENDING, JobStates::AWAITING_APPROVAL},    // its environment asks for one
    {JobStates::AWAITING_APPROVAL, JobStates::QUEUED},     // approved: it has its place among the others from now on
    {JobStates::AWAITING_APPROVAL, JobStates::CANCELLED},  // cancelled or rejected
    {JobStates::AWAITING_APPROVAL, JobStates::TIMED_OUT},
    {JobStates::QUEUED, JobStates::PLANNING},  // its turn has come
    {JobStates::QUEUED, JobStates::RUNNING},   // a target that goes on in a later stage
    {JobStates::QUEUED, JobStates::CANCELLED},
    {JobStates::QUEUED, JobStates::TIMED_OUT},
    {JobStates::PLANNING, JobStates::RUNNING},  // a stage is planned
    {JobStates::PLANNING, JobStates::PAUSED},   // waits for a person: host key
    {JobStates::PLANNING, JobStates::QUEUED},
    {JobStates::PLANNING, JobStates::SUCCEEDED},  // nothing to do
    {JobStates::PLANNING, JobStates::FAILED},     // the plan cannot be made
    {JobStates::PLANNING, JobStates::UNREACHABLE},
    {JobStates::PLANNING, JobStates::CANCELLING},
    {JobStates::PLANNING, JobStates::CANCELLED},
    {JobStates::PLANNING, JobStates::TIMED_OUT},
    {JobStates::PAUSED, JobStates::PLANNING},  // trust was given
    {JobStates::PAUSED, JobStates::RUNNING},
    {JobStates::PAUSED, JobStates::QUEUED},        // let go, behind other jobs
    {JobStates::PAUSED, JobStates::ROLLING_BACK},  // of a job: a target at work failed
    {JobStates::PAUSED, JobStates::ROLLED_BACK},   // of a job: ended while it was held
    {JobStates::PAUSED, JobStates::ROLLBACK_FAILED},
    {JobStates::PAUSED, JobStates::FAILED},
    {JobStates::PAUSED, JobStates::CANCELLED},
    {JobStates::PAUSED, JobStates::TIMED_OUT},
    {JobStates::PAUSED, JobStates::UNREACHABLE},
    {JobStates::RUNNING, JobStates::QUEUED},  // the next stage waits for another resource
    {JobStates::RUNNING, JobStates::PAUSED},
    {JobStates::RUNNING, JobStates::PLANNING},  // the next stage is planned from fresh facts
    {JobStates::RUNNING, JobStates::SUCCEEDED},
    {JobStates::RUNNING, JobStates::FAILED},
    {JobStates::RUNNING, JobStates::UNREACHABLE},
    {JobStates::RUNNING, JobStates::CANCELLING},
    {JobStates::RUNNING, JobStates::CANCELLED},
    {JobStates::RUNNING, JobStates::TIMED_OUT},
    {JobStates::RUNNING, JobStates::ROLLING_BACK},  // a step failed, and on_failure says so
    {JobStates::RUNNING, JobStates::ROLLED_BACK},
    {JobStates::RUNNING, JobStates::ROLLBACK_FAILED},
    {JobStates::ROLLING_BACK, JobStates::RUNNING},  // of a job: another target begins
    {JobStates::ROLLING_BACK, JobStates::CANCELLING},
    {JobStates::ROLLING_BACK, JobStates::ROLLED_BACK},
    {JobStates::ROLLING_BACK, JobStates::ROLLBACK_FAILED},
    {JobStates::ROLLING_BACK, JobStates::FAILED},
    {JobStates::CANCELLING, JobStates::ROLLED_BACK},
    {JobStates::CANCELLING, JobStates::ROLLBACK_FAILED},
    {JobStates::CANCELLING, JobStates::CANCELLED},
    {JobStates::CANCELLING, JobStates::SUCCEEDED},  // it ended before the cancellation reached it
    {JobStates::CANCELLING, JobStates::FAILED},
    {JobStates::CANCELLING, JobStates::TIMED_OUT},
    {JobStates::CANCELLING, JobStates::UNREACHABLE},
};

// Of a wave. QUEUED: it soaks.
inline constexpr Transition<provision::v1::Job::State> kWaveTransitions[] = {
    {JobStates::PENDING, JobStates::RUNNING},    // its first target begins
    {JobStates::PENDING, JobStates::CANCELLED},  // none of it has begun
    {JobStates::PENDING, JobStates::TIMED_OUT},
    {JobStates::RUNNING, JobStates::QUEUED},  // every target has ended its main part
    {JobStates::RUNNING, JobStates::SUCCEEDED},
    {JobStates::RUNNING, JobStates::FAILED},
    {JobStates::RUNNING, JobStates::CANCELLED},
    {JobStates::RUNNING, JobStates::TIMED_OUT},
    {JobStates::QUEUED, JobStates::RUNNING},  // its health gate
    {JobStates::QUEUED, JobStates::SUCCEEDED},
    {JobStates::QUEUED, JobStates::FAILED},
    {JobStates::QUEUED, JobStates::CANCELLED},
    {JobStates::QUEUED, JobStates::TIMED_OUT},
};

inline constexpr Transition<provision::v1::StepStatus::State> kStepTransitions[] = {
    {StepStates::PENDING, StepStates::WAITING},    {StepStates::PENDING, StepStates::RUNNING},
    {StepStates::PENDING, StepStates::UNCHANGED},  {StepStates::PENDING, StepStates::CHANGED},
    {StepStates::PENDING, StepStates::FAILED},     {StepStates::PENDING, StepStates::SKIPPED},
    {StepStates::PENDING, StepStates::CANCELLED},  {StepStates::PENDING, StepStates::OUTCOME_UNKNOWN},
    {StepStates::WAITING, StepStates::RUNNING},    {StepStates::WAITING, StepStates::UNCHANGED},
    {StepStates::WAITING, StepStates::CHANGED},    {StepStates::WAITING, StepStates::FAILED},
    {StepStates::WAITING, StepStates::SKIPPED},    {StepStates::WAITING, StepStates::CANCELLED},
    {StepStates::WAITING, StepStates::RETRYING},   {StepStates::WAITING, StepStates::OUTCOME_UNKNOWN},
    {StepStates::RUNNING, StepStates::WAITING},    {StepStates::RUNNING, StepStates::RETRYING},
    {StepStates::RUNNING, StepStates::UNCHANGED},  {StepStates::RUNNING, StepStates::CHANGED},
    {StepStates::RUNNING, StepStates::SKIPPED},    {StepStates::RUNNING, StepStates::FAILED},
    {StepStates::RUNNING, StepStates::CANCELLED},  {StepStates::RUNNING, StepStates::OUTCOME_UNKNOWN},
    {StepStates::RUNNING, StepStates::UNDONE},     {StepStates::WAITING, StepStates::UNDONE},
    {StepStates::RETRYING, StepStates::WAITING},   {StepStates::RETRYING, StepStates::RUNNING},
    {StepStates::RETRYING, StepStates::FAILED},    {StepStates::RETRYING, StepStates::SKIPPED},
    {StepStates::RETRYING, StepStates::CANCELLED}, {StepStates::RETRYING, StepStates::OUTCOME_UNKNOWN},
};

template <typename State, size_t N>
constexpr bool Allowed(const Transition<State> (&table)[N], State from, State to) {
  if (from == to) return !IsTerminal(from);
  for (const Transition<State>& t : table) {
    if (t.from == from && t.to == to) return true;
  }
  return false;
}

namespace internal {

template <typename State, size_t N>
constexpr bool WellFormed(const Transition<State> (&table)[N]) {
  for (size_t i = 0; i < N; ++i) {
    if (IsTerminal(table[i].from) || table[i].from == table[i].to) return false;
    for (size_t j = 0; j < i; ++j) {
      if (table[i].from == table[j].from && table[i].to == table[j].to) return false;
    }
  }
  return true;
}

}  // namespace internal

static_assert(internal::WellFormed(kJobTransitions), "a terminal state has a successor, or a row stands twice");
static_assert(internal::WellFormed(kWaveTransitions), "a terminal state has a successor, or a row stands twice");
static_assert(internal::WellFormed(kStepTransitions), "a terminal state has a successor, or a row stands twice");

}  // namespace pe

#endif  // SERVER_ENGINE_TRANSITIONS_H_
