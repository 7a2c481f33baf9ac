#include "base/frame.h"

#include <gtest/gtest.h>

#include <vector>

namespace pe {
namespace {

std::vector<std::string> Drain(FrameDecoder& decoder) {
  std::vector<std::string> out;
  absl::string_view frame;
  while (true) {
    absl::StatusOr<bool> got = decoder.Next(&frame);
    EXPECT_TRUE(got.ok()) << got.status();
    if (!got.ok() || !*got) return out;
    out.emplace_back(frame);
  }
}

TEST(FrameTest, EverySplitGivesTheSameFrames) {
  const std::vector<std::string> messages = {"", "a", std::string(300, 'x'), std::string("\0\1", 2)};
  std::string stream;
  for (const std::string& message : messages) AppendFrame(message, stream);
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameDecoder decoder;
    std::vector<std::string> got;
    for (size_t at = 0; at < stream.size(); at += piece) {
      decoder.Append(absl::string_view(stream).substr(at, piece));
      for (std::string& frame : Drain(decoder)) got.push_back(std::move(frame));
    }
    EXPECT_EQ(got, messages) << "pieces of " << piece;
    EXPECT_FALSE(decoder.in_frame());
  }
}

TEST(FrameTest, LargestFramePassesAndOneMoreIsRefused) {
  std::string stream;
  AppendFrame(std::string(kMaxFrameBytes, 'm'), stream);
  FrameDecoder decoder;
  decoder.Append(stream);
  EXPECT_EQ(Drain(decoder).at(0).size(), kMaxFrameBytes);

  decoder.Append(absl::string_view("\x01\x00\x10\x00", 4));  // 1 MiB + 1
  absl::string_view frame;
  EXPECT_EQ(decoder.Next(&frame).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(decoder.Next(&frame).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(FrameTest, KnowsThatItIsInsideAFrame) {
  FrameDecoder decoder;
  decoder.Append(
      absl::string_view("\x05\x00\x00\x00"
                        "ab",
                        6));
  EXPECT_TRUE(Drain(decoder).empty());
  EXPECT_TRUE(decoder.in_frame());
}

}  // namespace
}  // namespace pe
