// Frames on a byte stream: a 4-byte little-endian length, then that many bytes; at most 1 MiB. What is inside is the
// caller's business. Thread-compatible.
#ifndef BASE_FRAME_H_
#define BASE_FRAME_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

inline constexpr size_t kFrameHeaderBytes = 4;
inline constexpr size_t kMaxFrameBytes = 1024 * 1024;

// Appends `message` as a frame to `out`. REQUIRES: message.size() <= kMaxFrameBytes (aborts: a longer one would be
// refused by the peer anyway, far from its cause).
void AppendFrame(absl::string_view message, std::string& out);

// Takes bytes in pieces of any size and gives back whole frames. Holds at most one incomplete frame and what was
// appended last, so a stranger cannot make it grow: a length above the bound is an error before anything is kept.
class FrameDecoder {
 public:
  void Append(absl::string_view bytes);
  // True and `*frame` (valid until the next call of a method) when a whole frame is there; false when more bytes are
  // needed. INVALID_ARGUMENT when the peer announces more than kMaxFrameBytes; every later call says so again.
  absl::StatusOr<bool> Next(absl::string_view* frame);
  // Bytes of an incomplete frame are waiting: an end of the stream now would cut a frame.
  bool in_frame() const { return at_ < buffer_.size(); }

 private:
  std::string buffer_;
  size_t at_ = 0;  // start of what was not given out yet
};

}  // namespace pe

#endif  // BASE_FRAME_H_
