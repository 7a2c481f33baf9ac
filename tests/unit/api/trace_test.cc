#include "server/api/trace.h"

#include <gtest/gtest.h>

namespace pe {
namespace {

constexpr char kTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceParent, OfThisVersionAndOfLaterOnes) {
  EXPECT_TRUE(IsTraceParent(kTrace));
  EXPECT_TRUE(IsTraceParent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings"));
}

TEST(TraceParent, WhatIsToBeIgnored) {
  for (const char* text : {"", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7\n-01"}) {
    EXPECT_FALSE(IsTraceParent(text)) << text;
  }
}

}  // namespace
}  // namespace pe
