// A byte stream from a host: framing, then the message in every frame. In whatever pieces the bytes arrive, the frames
// are the same, and so is the error.
#include <algorithm>
#include <string>
#include <vector>

#include "base/frame.h"
#include "provision/agent/v1/agent.pb.h"
#include "tests/fuzz/check.h"

namespace {

struct Read {
  std::vector<std::string> frames;
  bool failed = false;  // after them came bytes that are no frame
  bool operator==(const Read&) const = default;
};

Read ReadInPieces(absl::string_view bytes, size_t piece) {
  pe::FrameDecoder decoder;
  Read out;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    decoder.Append(bytes.substr(at, piece));
    while (true) {
      absl::string_view frame;
      const auto whole = decoder.Next(&frame);
      if (!whole.ok()) {
        FUZZ_CHECK(!decoder.Next(&frame).ok(), "an error stays");
        out.failed = true;
        return out;
      }
      if (!*whole) break;
      FUZZ_CHECK(frame.size() <= pe::kMaxFrameBytes, "bound");
      out.frames.emplace_back(frame);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read read = ReadInPieces(bytes, std::max<size_t>(size, 1));
  FUZZ_CHECK(ReadInPieces(bytes, 1) == read, "bytes one by one");
  FUZZ_CHECK(ReadInPieces(bytes, 7) == read, "seven bytes at a time");
  std::string sent;
  size_t messages = 0;
  for (const std::string& bytes_of_frame : read.frames) {
    provision::agent::v1::Frame frame;
    if (!frame.ParseFromString(bytes_of_frame)) continue;
    const std::string message = frame.SerializeAsString();
    if (message.size() > pe::kMaxFrameBytes) continue;
    pe::AppendFrame(message, sent);
    ++messages;
  }
  const Read again = ReadInPieces(sent, 3);
  FUZZ_CHECK(!again.failed && again.frames.size() == messages, "what is written can be read");
  return 0;
}
