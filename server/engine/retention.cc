#include "server/engine/retention.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/status.h"

namespace pe {
namespace {

constexpr int64_t kLongestPause = 60 * kMicrosPerSecond;
constexpr int64_t kBetweenPieces = 5 * kMicrosPerMilli;
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// Drops until `wanted` bytes are gone or there is nothing more.
absl::Status Drop(Store& store, const Lease& lease, WallMicros ended_before, int64_t wanted,
                  const std::function<bool()>& pause, RetentionResult* result) {
  while (wanted > 0) {
    PE_ASSIGN_OR_RETURN(const DroppedEvents dropped, store.DropEvents(lease, ended_before, wanted));
    result->events += dropped.events;
    result->bytes += dropped.bytes;
    wanted -= dropped.bytes;
    if (!dropped.more || !pause()) break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RetentionResult> RunRetention(Store& store, const Lease& lease, WallMicros now,
                                             const RetentionLimits& limits, const std::function<bool()>& pause) {
  RetentionResult result;
  if (limits.age_micros > 0) {
    PE_RETURN_IF_ERROR(Drop(store, lease, now - limits.age_micros, kNoLimit, pause, &result));
  }
  if (limits.max_bytes > 0) {
    PE_ASSIGN_OR_RETURN(const int64_t bytes, store.EndedEventBytes());
    const int64_t kept = limits.age_micros > 0 ? std::min(limits.age_micros, kKeptForReaders) : kKeptForReaders;
    PE_RETURN_IF_ERROR(Drop(store, lease, now - kept, bytes - limits.max_bytes, pause, &result));
  }
  return result;
}

Retention::Retention(Store* store, const Clock* clock, Lease lease, RetentionLimits limits, Report report)
    : store_(store), clock_(clock), lease_(std::move(lease)), limits_(limits), report_(std::move(report)) {
  if (limits_.any()) thread_ = std::thread([this] { Loop(); });
}

Retention::~Retention() {
  {
    MutexLock lock(&mu_);
    ended_ = true;
    ending_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

bool Retention::Sleep(int64_t micros) {
  MutexLock lock(&mu_);
  const MonoMicros end = clock_->Mono() + micros;
  for (int64_t left = micros; !ended_ && left > 0; left = end - clock_->Mono()) ending_.WaitFor(&mu_, left);
  return !ended_;
}

void Retention::Loop() {
  const int64_t half = limits_.age_micros / 2;  // a short age is looked at more often
  const int64_t pause = half > 0 ? std::clamp(half, kMicrosPerSecond, kLongestPause) : kLongestPause;
  while (Sleep(pause)) {
    const auto result =
        RunRetention(*store_, lease_, clock_->Wall(), limits_, [this] { return Sleep(kBetweenPieces); });
    if (report_ && (!result.ok() || result->events > 0)) report_(result);
    if (absl::IsFailedPrecondition(result.status())) return;  // another engine has the lease
  }
}

}  // namespace pe
