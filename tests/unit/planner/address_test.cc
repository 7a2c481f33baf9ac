#include "server/engine/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pe {
namespace {

using ::testing::HasSubstr;

std::string Canonical(absl::string_view text) {
  const auto address = ParseAddress(text);
  return address.ok() ? FormatAddress(*address) : absl::StrCat("error: ", address.status().message());
}

TEST(Address, CanonicalForms) {
  EXPECT_EQ(Canonical("ssh://root@10.0.0.5:22"), "ssh://root@10.0.0.5");
  EXPECT_EQ(Canonical("SSH://Web-1.Example.COM"), "ssh://web-1.example.com");
  EXPECT_EQ(Canonical("ssh://web-1:2222/"), "ssh://web-1:2222");
  EXPECT_EQ(Canonical("openssh://deploy@[2001:0db8:0::5]:22"), "openssh://deploy@[2001:db8::5]");
  EXPECT_EQ(Canonical("openssh://[::1]:2200"), "openssh://[::1]:2200");
  EXPECT_EQ(Canonical("local://"), "local://");
  EXPECT_EQ(Canonical("local://localhost"), "local://");
  EXPECT_EQ(Canonical("rootfs:///srv/images/web/"), "rootfs:///srv/images/web");
  EXPECT_EQ(Canonical("rootfs://localhost/srv/x"), "rootfs:///srv/x");
}

TEST(Address, Parts) {
  const auto address = ParseAddress("ssh://deploy@[fe80::1]:2222");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->transport, "ssh");
  EXPECT_EQ(address->user, "deploy");
  EXPECT_EQ(address->host, "fe80::1");
  EXPECT_EQ(address->port, 2222);
  EXPECT_EQ(ParseAddress("ssh://h:22")->port, 0);
  EXPECT_EQ(ParseAddress("rootfs:///a/b")->path, "/a/b");
}

TEST(Address, ErrorsSayWhatIsWrong) {
  EXPECT_THAT(Canonical(""), HasSubstr("an address is TRANSPORT://"));
  EXPECT_THAT(Canonical("web-1"), HasSubstr("an address is TRANSPORT://"));
  EXPECT_THAT(Canonical("telnet://web-1"), HasSubstr("there is no transport 'telnet'"));
  EXPECT_THAT(Canonical("ssh://"), HasSubstr("the host is missing"));
  EXPECT_THAT(Canonical("ssh://user@"), HasSubstr("the host is missing"));
  EXPECT_THAT(Canonical("ssh://web-1:0"), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(Canonical("ssh://web-1:70000"), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(Canonical("ssh://web-1:22x"), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(Canonical("ssh://2001:db8::5"), HasSubstr("in brackets"));
  EXPECT_THAT(Canonical("ssh://[2001:db8::5"), HasSubstr("not closed"));
  EXPECT_THAT(Canonical("ssh://[zz]"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(Canonical("ssh://web-1/etc"), HasSubstr("only into a rootfs"));
  EXPECT_THAT(Canonical("ssh://root:secret@web-1"), HasSubstr("no password"));
  EXPECT_THAT(Canonical("rootfs://srv/x"), HasSubstr("rootfs:///ABSOLUTE/PATH"));
  EXPECT_THAT(Canonical("rootfs:///"), HasSubstr("use local://"));
  EXPECT_THAT(Canonical("rootfs:///srv/../etc"), HasSubstr("no '..'"));
  EXPECT_THAT(Canonical("local://web-1"), HasSubstr("written local://"));
}

// What would be an option to a command line, or end one.
TEST(Address, NothingBeginsWithADashOrHasOddCharacters) {
  for (const char* text :
       {"ssh://-oProxyCommand=x", "ssh://-l@h", "ssh://-u@web", "ssh://a b", "ssh://a;b", "ssh://a\nb", "ssh://u$x@h",
        "rootfs:///a\nb", "ssh://a%00", "ssh://a_b", "openssh://h..x"}) {
    EXPECT_FALSE(ParseAddress(text).ok()) << text;
  }
  EXPECT_FALSE(ParseAddress(std::string(2000, 'a')).ok());
  EXPECT_FALSE(ParseAddress(absl::string_view("ssh://a\0b", 9)).ok());
}

}  // namespace
}  // namespace pe
