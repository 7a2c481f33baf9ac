// A byte stream from a host: framing, then the message in every frame. In whatever pieces the bytes arrive, the frames
// are the same, and so is the error.
#include <algorithm>
#include <string>
#include <vector>

#include "base/frame.h"
#include "provision/agent/v1/agent.pb.h"
#include "tests/fuzz/check.h"

namespace {

// The frames of `bytes`, and "error" at the end when there was one.
std::vector<std::string> Frames(absl::string_view bytes, size_t piece) {
  pe::FrameDecoder decoder;
  std::vector<std::string> out;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    decoder.Append(bytes.substr(at, piece));
    while (true) {
      absl::string_view frame;
      const auto whole = decoder.Next(&frame);
      if (!whole.ok()) {
        FUZZ_CHECK(!decoder.Next(&frame).ok(), "an error stays");
        out.push_back("error");
        return out;
      }
      if (!*whole) break;
      FUZZ_CHECK(frame.size() <= pe::kMaxFrameBytes, "bound");
      out.emplace_back(frame);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> frames = Frames(bytes, std::max<size_t>(size, 1));
  FUZZ_CHECK(Frames(bytes, 1) == frames, "bytes one by one");
  FUZZ_CHECK(Frames(bytes, 7) == frames, "seven bytes at a time");
  std::string sent;
  for (const std::string& bytes_of_frame : frames) {
    provision::agent::v1::Frame frame;
    if (!frame.ParseFromString(bytes_of_frame)) continue;
    std::string again;
    pe::AppendFrame(frame.SerializeAsString().substr(0, pe::kMaxFrameBytes), again);
    sent += again;
  }
  for (const std::string& frame : Frames(sent, 3)) FUZZ_CHECK(frame != "error", "what is written can be read");
  return 0;
}
