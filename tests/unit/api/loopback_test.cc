#include "server/api/loopback.h"

#include <gtest/gtest.h>

namespace pe {
namespace {

TEST(Loopback, TakesLoopbackOnly) {
  EXPECT_EQ(ParseLoopback("127.0.0.1:80")->port, 80);
  EXPECT_EQ(ParseLoopback("127.8.0.1:0")->host, "127.8.0.1");
  EXPECT_EQ(ParseLoopback("localhost:65535")->host, "127.0.0.1");
  EXPECT_TRUE(ParseLoopback("[::1]:1")->v6);
  for (const char* wrong :
       {"", ":", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:x", "0.0.0.0:80",
        "10.0.0.1:80", "[::]:80", "::1:80", "127.0.0.1.evil.example:80", "example.com:80"}) {
    EXPECT_EQ(ParseLoopback(wrong).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace pe
