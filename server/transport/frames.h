// The agent protocol's messages on a byte stream (base/frame.h). Thread-compatible. What comes in is a stranger's.
#ifndef SERVER_TRANSPORT_FRAMES_H_
#define SERVER_TRANSPORT_FRAMES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/frame.h"
#include "provision/agent/v1/agent.pb.h"

namespace pe::transport {

// Appends `frame` to `out`. REQUIRES: its message is at most kMaxFrameBytes.
void WriteFrame(const provision::agent::v1::Frame& frame, std::string& out);

class FrameReader {
 public:
  void Append(absl::string_view bytes) { decoder_.Append(bytes); }
  // True: `frame` is the next one. False: more bytes are needed. INVALID_ARGUMENT: this is no stream of frames; the
  // reader is not used any more.
  absl::StatusOr<bool> Next(provision::agent::v1::Frame& frame);

 private:
  FrameDecoder decoder_;
  bool grown_ = false;  // it holds the memory of a big frame
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_FRAMES_H_
