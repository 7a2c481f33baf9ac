#include "server/transport/outbox.h"

#include <utility>

#include "server/transport/frames.h"

namespace pe::transport {

Outbox::Pushed Outbox::Push(const provision::agent::v1::Frame& frame) {
  MutexLock lock(&mu_);
  if (waiting_.size() + in_writing_ > kMaxWaitingBytes) return Pushed::kFull;
  const bool first = waiting_.empty();
  WriteFrame(frame, waiting_);
  return first ? Pushed::kFirst : Pushed::kQueued;
}

void Outbox::SendRaw(absl::string_view text, std::shared_ptr<const AgentBinary> binary) {
  raw_.append(text.data(), text.size());
  if (binary != nullptr) binary_ = std::move(binary);
}

absl::string_view Outbox::Current(bool frames_too) {
  if (!raw_.empty()) return absl::string_view(raw_).substr(at_);
  if (binary_ != nullptr) return absl::string_view(binary_->bytes).substr(at_);
  if (!frames_too) return {};
  if (writing_.empty()) {
    MutexLock lock(&mu_);
    writing_.swap(waiting_);
    in_writing_ = writing_.size();
  }
  return absl::string_view(writing_).substr(at_);
}

void Outbox::Advance(size_t bytes) {
  at_ += bytes;
  if (!raw_.empty()) {
    if (at_ == raw_.size()) raw_.clear(), at_ = 0;
  } else if (binary_ != nullptr) {
    if (at_ == binary_->bytes.size()) binary_ = nullptr, at_ = 0;
  } else {
    MutexLock lock(&mu_);
    in_writing_ = writing_.size() - at_;
    if (in_writing_ == 0) std::exchange(writing_, {}), at_ = 0;
  }
}

}  // namespace pe::transport
