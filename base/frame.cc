#include "base/frame.h"

#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace pe {

void AppendFrame(absl::string_view message, std::string& out) {
  if (message.size() > kMaxFrameBytes) std::abort();
  const uint32_t size = static_cast<uint32_t>(message.size());
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>((size >> shift) & 0xff));
  out.append(message.data(), message.size());
}

void FrameDecoder::Append(absl::string_view bytes) {
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_.append(bytes.data(), bytes.size());
}

absl::StatusOr<bool> FrameDecoder::Next(absl::string_view* frame) {
  const size_t left = buffer_.size() - at_;
  if (left < kFrameHeaderBytes) return false;
  uint32_t size = 0;
  for (size_t i = 0; i < kFrameHeaderBytes; ++i)
    size |= uint32_t{static_cast<unsigned char>(buffer_[at_ + i])} << (8 * i);
  if (size > kMaxFrameBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a frame of ", size, " bytes was announced; at most ",
                                                   kMaxFrameBytes,
                                                   " are allowed: the other side does not speak this protocol"));
  }
  if (left - kFrameHeaderBytes < size) return false;
  *frame = absl::string_view(buffer_).substr(at_ + kFrameHeaderBytes, size);
  at_ += kFrameHeaderBytes + size;
  return true;
}

}  // namespace pe
