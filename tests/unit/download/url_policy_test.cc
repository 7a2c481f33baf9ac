#include "server/download/url_policy.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace pe {
namespace {

using ::testing::HasSubstr;

bool PublicAddress(const std::string& text) {
  sockaddr_storage storage{};
  auto* four = reinterpret_cast<sockaddr_in*>(&storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &six->sin6_addr), 1) << text;
    storage.ss_family = AF_INET6;
  }
  EXPECT_EQ(AddressText(reinterpret_cast<sockaddr&>(storage)), text);
  return IsPublic(reinterpret_cast<sockaddr&>(storage));
}

TEST(IsPublic, WhatIsNotOnThePublicInternet) {
  for (const char* address : {"0.0.0.0",     "10.1.2.3",         "100.64.0.1",      "100.127.255.255", "127.0.0.1",
                              "127.9.9.9",   "169.254.169.254",  "172.16.0.1",      "172.31.255.255",  "192.0.0.8",
                              "192.168.1.1", "198.18.0.1",       "224.0.0.1",       "255.255.255.255", "::",
                              "::1",         "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",  "2002:a00:1::1",
                              "2001:0:1::1", "fc00::1",          "fd12::1",         "fe80::1",         "ff02::1"}) {
    EXPECT_FALSE(PublicAddress(address)) << address;
  }
}

TEST(IsPublic, WhatIs) {
  for (const char* address :
       {"1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "223.255.255.254",
        "2606:4700::1111", "2a00:1450:4001:800::200e", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:4860::8888"}) {
    EXPECT_TRUE(PublicAddress(address)) << address;
  }
}

TEST(CheckUrl, SchemesAndHosts) {
  EXPECT_TRUE(CheckUrl("https://example.com/a?b=c", {}).ok());
  EXPECT_TRUE(CheckUrl("http://[2001:db8::1]:8080/", {}).ok());
  for (const char* url : {"", "x", "file:///etc/passwd", "ftp://example.com/a", "gopher://example.com", "https://",
                          "http:///path", "dict://h:1/d"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckUrl(url, {}))) << url;
  }
}

TEST(CheckUrl, TheListOfHosts) {
  const std::vector<std::string> allow = {"files.example.com", "*.mirror.org"};
  EXPECT_TRUE(CheckUrl("https://FILES.example.com/a", allow).ok());
  EXPECT_TRUE(CheckUrl("https://a.b.mirror.org/a", allow).ok());
  for (const char* url :
       {"https://example.com/", "https://mirror.org/", "https://evilmirror.org/", "https://files.example.com.evil.org/",
        "https://files.example.com@evil.org/", "https://evil.org/#files.example.com", "http://127.0.0.1/"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(CheckUrl(url, allow))) << url;
  }
  EXPECT_THAT(std::string(CheckUrl("https://evil.org/", allow).message()),
              HasSubstr("allows files.example.com, *.mirror.org"));
}

TEST(ShownUrl, HasNoSecrets) {
  EXPECT_EQ(ShownUrl("https://user:password@example.com:8443/a/b?token=canary#x"), "https://example.com:8443/a/b");
  EXPECT_EQ(ShownUrl("nonsense with canary"), "(not a URL)");
}

}  // namespace
}  // namespace pe
