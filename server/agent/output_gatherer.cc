#include "server/agent/output_gatherer.h"

#include <algorithm>

#include "base/mutant.h"

namespace pe::agent {

std::string OutputGatherer::Add(absl::string_view bytes, MonoMicros now) {
  std::string clean = PE_MUTANT(secret_in_event) ? std::string(bytes) : redactor_.Write(bytes);
  waiting_ += clean;
  if (!waiting_.empty() && deadline_ == 0) deadline_ = now + kOutputPauseUs;
  if (waiting_.size() >= kOutputPieceBytes) SendPieces(false, false);
  return clean;
}

void OutputGatherer::Flush(MonoMicros now) {
  if (deadline_ == 0 || now < deadline_) return;
  SendPieces(true, false);
  if (!waiting_.empty()) deadline_ = now + kOutputPauseUs;  // congested: try again
}

std::string OutputGatherer::Finish() {
  std::string rest = redactor_.Finish();
  waiting_ += rest;
  SendPieces(true, true);
  return rest;
}

void OutputGatherer::SendPieces(bool all, bool end) {
  if (!end && log_.Congested()) {
    if (waiting_.size() <= kCongestedTailBytes) return;
    const size_t gone = waiting_.size() - kCongestedTailBytes / 2;
    waiting_.erase(0, gone);
    offset_ += static_cast<int64_t>(gone);
    dropped_ += static_cast<int64_t>(gone);
    return;
  }
  size_t at = 0;
  while (waiting_.size() - at >= (all ? 1 : kOutputPieceBytes)) {
    const size_t size = std::min(kOutputPieceBytes, waiting_.size() - at);
    provision::agent::v1::Report report;
    report.set_step(index_);
    report.set_attempt(attempt_);
    provision::agent::v1::OutputReport& output = *report.mutable_output();
    output.set_stream(stream_);
    output.set_offset(offset_);
    output.set_dropped(dropped_);
    output.set_data(waiting_.substr(at, size));
    log_.Append(std::move(report));
    at += size;
    offset_ += static_cast<int64_t>(size);
    dropped_ = 0;
  }
  waiting_.erase(0, at);
  if (waiting_.empty()) deadline_ = 0;
}

}  // namespace pe::agent
