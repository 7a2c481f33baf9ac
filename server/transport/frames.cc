#include "server/transport/frames.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace pe::transport {

void WriteFrame(const provision::agent::v1::Frame& frame, std::string& out) {
  AppendFrame(frame.SerializeAsString(), out);
}

absl::StatusOr<bool> FrameReader::Next(provision::agent::v1::Frame& frame) {
  absl::string_view message;
  PE_ASSIGN_OR_RETURN(const bool complete, decoder_.Next(&message));
  if (!complete) {
    // A connection lives for hours: it does not keep a megabyte because one frame once needed it.
    if (grown_ && !decoder_.in_frame()) decoder_ = FrameDecoder(), grown_ = false;
    return false;
  }
  grown_ = grown_ || message.size() > 64 * 1024;
  if (!frame.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return absl::InvalidArgumentError(absl::StrCat("a frame of ", message.size(), " bytes is not a message"));
  }
  return true;
}

}  // namespace pe::transport
