#include "client/cpp/endpoint.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "client/cpp/default_paths.h"

namespace provision::client {
namespace {

TEST(Endpoint, UnixSockets) {
  for (const char* text : {"unix:/run/e.sock", "unix:///run/e.sock", "/run/e.sock"}) {
    const auto endpoint = ParseEndpoint(text);
    ASSERT_TRUE(endpoint.ok()) << text;
    EXPECT_EQ(endpoint->address, "unix:/run/e.sock");
    EXPECT_TRUE(endpoint->is_unix && endpoint->local);
  }
  EXPECT_FALSE(ParseEndpoint("unix:relative").ok());
  EXPECT_FALSE(ParseEndpoint("unix:/" + std::string(200, 'x')).ok());
}

TEST(Endpoint, TheDefaultIsTheLocalSocket) {
  const auto endpoint = ParseEndpoint("");
  ASSERT_TRUE(endpoint.ok());
  EXPECT_EQ(endpoint->shown, DefaultSocketPath());
}

TEST(Endpoint, HostsAndPorts) {
  EXPECT_EQ(ParseEndpoint("engine.example:8443")->address, "dns:///engine.example:8443");
  EXPECT_FALSE(ParseEndpoint("engine.example:8443")->local);
  EXPECT_TRUE(ParseEndpoint("127.0.0.1:7443")->local);
  EXPECT_TRUE(ParseEndpoint("[::1]:7443")->local);
  for (const char* text : {"host", "host:", ":1", "host:0", "host:70000", "::1:5", "http://x:1"})
    EXPECT_FALSE(ParseEndpoint(text).ok()) << text;
}

}  // namespace
}  // namespace provision::client
