#include "server/agent/run_log.h"

#include <algorithm>

namespace pe::agent {

using provision::agent::v1::Report;

RunLog::RunLog(std::string run, const Clock& clock, int64_t output_bound, int64_t base_seq,
               std::function<void()> on_append)
    : run_(std::move(run)),
      clock_(clock),
      output_bound_(output_bound > 0 ? output_bound : kDefaultOutputBound),
      on_append_(std::move(on_append)),
      acked_(base_seq),
      trimmed_to_(base_seq) {}

int64_t RunLog::Append(Report report) {
  report.set_run(run_);
  report.set_time_us(clock_.Wall());
  int64_t seq;
  {
    MutexLock lock(&mu_);
    seq = acked_ + static_cast<int64_t>(reports_.size()) + 1;
    report.set_seq(seq);
    if (report.has_output()) {
      output_bytes_ += static_cast<int64_t>(report.output().data().size());
      ++output_reports_;
    }
    reports_.push_back(std::move(report));
    TrimOutput();
  }
  if (on_append_) on_append_();
  return seq;
}

void RunLog::TrimOutput() {
  trimmed_to_ = std::max(trimmed_to_, acked_);
  while (output_bytes_ > output_bound_) {
    Report& report = reports_[static_cast<size_t>(trimmed_to_++ - acked_)];
    if (!report.has_output()) continue;
    provision::agent::v1::OutputReport& output = *report.mutable_output();
    const int64_t size = static_cast<int64_t>(output.data().size());
    output.set_dropped(output.dropped() + size);
    output.set_offset(output.offset() + size);  // of the (empty) piece after what was dropped
    output.clear_data();
    output_bytes_ -= size;
  }
}

std::optional<Report> RunLog::Get(int64_t seq) const {
  MutexLock lock(&mu_);
  if (seq <= acked_ || seq > acked_ + static_cast<int64_t>(reports_.size())) return std::nullopt;
  return reports_[static_cast<size_t>(seq - acked_ - 1)];
}

void RunLog::Ack(int64_t seq) {
  MutexLock lock(&mu_);
  while (acked_ < seq && !reports_.empty()) {
    if (reports_.front().has_output()) {
      output_bytes_ -= static_cast<int64_t>(reports_.front().output().data().size());
      --output_reports_;
    }
    reports_.pop_front();
    ++acked_;
  }
}

int64_t RunLog::last_seq() const {
  MutexLock lock(&mu_);
  return acked_ + static_cast<int64_t>(reports_.size());
}

int64_t RunLog::acked_seq() const {
  MutexLock lock(&mu_);
  return acked_;
}

bool RunLog::Congested() const {
  MutexLock lock(&mu_);
  return output_reports_ >= kMostWaitingOutputs;
}

}  // namespace pe::agent
