#include "client/cli/progress/step_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

constexpr size_t kMaxLines = 400;
constexpr size_t kMaxLineBytes = 2048;

}  // namespace

void StepLog::Add(const provision::v1::Output& output) {
  if (output.dropped() > 0) AddLine(absl::StrCat("(", output.dropped(), " bytes of output were left out)"));
  Feed(output.stream() == provision::v1::Output::STDERR ? &err_ : &out_, {output.data().data(), output.data().size()});
}

void StepLog::Feed(Open* open, absl::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      AddLine(OneLine(open->text));
      *open = {};
      continue;
    }
    if (c == '\r') {
      open->restart = true;
      continue;
    }
    if (std::exchange(open->restart, false)) open->text.clear();
    if (open->text.size() < kMaxLineBytes) open->text.push_back(c);
  }
}

void StepLog::AddLine(std::string line) {
  lines_.push_back(std::move(line));
  if (lines_.size() <= kMaxLines) return;
  lines_.pop_front();
  ++forgotten_;
}

void StepLog::Finish() {
  for (Open* open : {&out_, &err_}) {
    if (!open->text.empty()) AddLine(OneLine(open->text));
    *open = {};
  }
}

std::vector<std::string> StepLog::From(int64_t first) const {
  const int64_t skip = std::max<int64_t>(0, first - forgotten_);
  if (skip >= static_cast<int64_t>(lines_.size())) return {};
  return {lines_.begin() + skip, lines_.end()};
}

std::vector<std::string> StepLog::Tail(size_t most) const {
  std::vector<std::string> lines(lines_.end() - static_cast<std::ptrdiff_t>(std::min(most, lines_.size())),
                                 lines_.end());
  for (const Open* open : {&out_, &err_}) {
    if (!open->text.empty()) lines.push_back(OneLine(open->text));
  }
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
  return lines;
}

}  // namespace pe::cli
