#include "server/transport/push_dialog.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/transport/reasons.h"

namespace pe::transport {
namespace {

constexpr size_t kMaxLine = 256;

}  // namespace

PushDialog::Turn PushDialog::OnBytes(absl::string_view bytes) {
  Turn turn;
  buffer_.append(bytes.data(), bytes.size());
  while (!turn.failed.has_value() && !turn.installed) {
    const size_t end = buffer_.find('\n');
    if (end == std::string::npos || end > kMaxLine) {
      if (buffer_.size() > kMaxLine) turn.failed = ProtocolError(target_, buffer_);
      break;
    }
    const std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    OnLine(line, turn);
  }
  if (turn.installed) turn.rest = std::move(buffer_);
  return turn;
}

void PushDialog::OnLine(absl::string_view line, Turn& turn) {
  if (expect_ == Expect::kMachine) return OnMachine(line, turn);
  if (expect_ == Expect::kHaveOrWant && (line == "HAVE" || line == "WANT")) {
    if (line == "WANT") turn.send_binary = binary_;
    expect_ = Expect::kDone;
  } else if (expect_ == Expect::kDone && line == "DONE") {
    turn.installed = true;
  } else {
    turn.failed = ProtocolError(target_, line);
  }
}

void PushDialog::OnMachine(absl::string_view line, Turn& turn) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  if (words.size() != 3 || words[0] != "PE1") {
    turn.failed = ProtocolError(target_, line);
    return;
  }
  if (words[2] != "0") {
    turn.failed = NotRoot(user_, target_);
    return;
  }
  const std::string architecture = ArchitectureOf(words[1]);
  if (architecture.empty()) {
    turn.failed = UnsupportedMachine(words[1], files_->directory());
    return;
  }
  auto binary = files_->Get(architecture);
  if (!binary.ok()) {
    turn.failed = NoAgentBinary(binary.status().message());
    return;
  }
  binary_ = *std::move(binary);
  turn.send = absl::StrCat(binary_->digest, " ", binary_->bytes.size(), "\n");
  expect_ = Expect::kHaveOrWant;
}

}  // namespace pe::transport
