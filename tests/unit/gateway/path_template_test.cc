#include "server/gateway/path_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/gateway/host_policy.h"
#include "server/gateway/message_fields.h"
#include "server/gateway/rpc_status.h"

namespace pe::gateway {
namespace {

TEST(PathTemplate, WrongOnesAreRefused) {
  for (const char* wrong : {"",        "v1",    "/",         "//",    "/a/",    "/{",      "/{}",
                            "/{a",     "/{a=}", "/{a=b",     "/{a.}", "/{.a}",  "/{a=*}}", "/{a={b}}",
                            "/***",    "/**/a", "/{a=**}/b", "/a:",   "/a:b:c", "/a:b/c",  "/a b",
                            "/{a}{b}", "/{1a}", "/{a}/{a}",  "/a?b",  "/a%20b"}) {
    EXPECT_FALSE(PathTemplate::Parse(wrong).ok()) << wrong;
  }
}

TEST(PathTemplate, GoodOnesKeepTheirParts) {
  const auto parsed = PathTemplate::Parse("/v1/{a.b_c=x/*/y}/{d}/**:go");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->verb(), "go");
  EXPECT_EQ(parsed->segments().size(), 6u);
  ASSERT_EQ(parsed->variables().size(), 2u);
  EXPECT_EQ(parsed->variables()[0].field, "a.b_c");
  EXPECT_EQ(parsed->variables()[0].begin, 1u);
  EXPECT_EQ(parsed->variables()[0].end, 4u);
}

TEST(PathTemplate, OrderOfTrying) {
  const char* ordered[] = {"/a/b:v", "/a/*:v", "/a/b", "/a/*", "/a/**", "/*/b", "/**"};
  for (size_t i = 0; i < std::size(ordered); ++i) {
    for (size_t j = 0; j < std::size(ordered); ++j) {
      const auto a = PathTemplate::Parse(ordered[i]), b = PathTemplate::Parse(ordered[j]);
      EXPECT_EQ(a->MoreSpecificThan(*b), i < j) << ordered[i] << " " << ordered[j];
    }
  }
}

TEST(HostPolicy, Names) {
  const HostPolicy policy({"Engine.example.com"});
  for (const char* good : {"localhost", "localhost:1", "LOCALHOST:7480", "127.0.0.1:7480", "[::1]:7480", "[::1]",
                           "engine.example.com:443"}) {
    EXPECT_TRUE(policy.Serves(good)) << good;
  }
  for (const char* bad : {"", ":80", "evil.com", "localhost.evil.com", "localhost:80x", "localhost@evil.com",
                          "127.0.0.2", "localhost:80:80", "[::1]x", "[::2]", "::1", "[::1"}) {
    EXPECT_FALSE(policy.Serves(bad)) << bad;
  }
}

TEST(HostPolicy, Origins) {
  const HostPolicy policy({});
  EXPECT_TRUE(policy.SameOrigin("", "localhost:1"));
  EXPECT_TRUE(policy.SameOrigin("http://localhost:1", "localhost:1"));
  for (const char* bad :
       {"null", "http://localhost:2", "http://localhost", "http://evil.com", "localhost:1", "file://"}) {
    EXPECT_FALSE(policy.SameOrigin(bad, "localhost:1")) << bad;
  }
}

TEST(MessageFields, BrokenMessagesEndTheSearch) {
  const std::string good("\x08\x07\x12\x02hi\x08\x09\x12\x01x", 11);
  EXPECT_EQ(VarintField(good, 1), 9);
  EXPECT_EQ(VarintField(good, 2), 0);
  EXPECT_THAT(BytesFields(good, 2), testing::ElementsAre("hi", "x"));
  EXPECT_THAT(BytesFields(std::string("\x12\x7f", 2) + "hi", 2), testing::IsEmpty());
  EXPECT_THAT(BytesFields(std::string("\x12\xff\xff\xff\xff\x0f", 6), 2), testing::IsEmpty());
  EXPECT_EQ(VarintField("\x08", 1), 0);
}

TEST(RpcStatus, Map) {
  const int expected[] = {200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401};
  for (int code = 0; code < 17; ++code) EXPECT_EQ(HttpStatusOf(code), expected[code]) << CodeName(code);
  EXPECT_EQ(HttpStatusOf(99), 500);
  EXPECT_EQ(CodeName(99), "UNKNOWN");
}

}  // namespace
}  // namespace pe::gateway
