#include "server/engine/text_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pe::rule {
namespace {

struct Case {
  const char* name;
  Rule rule;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

const std::string kKey43(43, 'A');

const std::vector<Case>& Cases() {
  static const auto& cases = *new std::vector<Case>{
      {"ServiceName", ServiceName, {"web", "hello-web2"}, {"", "Web", "-web", "2web", "w_b", std::string(64, 'a')}},
      {"StepId", StepId, {"page", "a_B-9"}, {"", "1a", "a.b", "a[0]", "-a", std::string(65, 'a')}},
      {"PlannedStepId", PlannedStepId, {"page", "page[2]", "libraries.packages"}, {"", "[0]", "a b", "-a"}},
      {"ResourceName",
       ResourceName,
       {"resources/web-1", "resources/h-10-0-0-5"},
       {"", "web-1", "resources/", "resources/A", "resources/a/b", "resources/-a"}},
      {"ResourceIdOrName", ResourceIdOrName, {"prom-1", "resources/prom-1"}, {"", "resources/", "Prom", "jobs/a"}},
      {"JobName", JobName, {"jobs/0abc"}, {"", "jobs/", "0abc", "jobs/a/b", "jobs/../x"}},
      {"RequestId", RequestId, {"a", "A.b_c-1", std::string(64, 'x')}, {"", "a b", "a/b", std::string(65, 'x')}},
      {"LabelSelector", LabelSelector, {"a=b", "role=web, zone=a", "a="}, {"", "a", "=b", "a=b,", "a=b c", "1a=b"}},
      {"HostKey",
       HostKey,
       {"SHA256:" + kKey43},
       {"", kKey43, "SHA256:abc", "MD5:" + kKey43, "SHA256:" + std::string(43, '=')}},
      {"PackageName",
       PackageName,
       {"nginx-light", "libstdc++6", "g++", "0ad", "python3.11"},
       {"", "-rf", "Nginx", "a", "a b", "a;b", "nginx=1", "../x", "a\n", "+a"}},
      {"PackageVersion",
       PackageVersion,
       {"1.2-1", "1:2.0~rc1+dfsg-3", ">=3.0", ">> 2", "=1"},
       {"", ">=", "-1", "1 2", ">3", "1;2", "\xc3\xa9"}},
      {"AbsolutePath",
       AbsolutePath,
       {"/", "/etc/x", "/a b/c", "/a..b", "/.hidden", "/\xc3\xa9"},
       {"", "etc", "/etc/../x", "/..", "/.", "/a//b", "/a/", "//a", "/a/./b", "/a\nb", std::string("/a\0b", 4),
        "/" + std::string(256, 'a'), "/\x1e"}},
      {"BaseName", BaseName, {"nodesource", "a.b_c-1"}, {"", ".a", "-a", "a/b", "..", "a b"}},
      {"Mode", Mode, {"644", "0644", "4755"}, {"", "64", "00644", "0648", "u+x", "-644"}},
      {"Sha256", Sha256, {std::string(64, 'a')}, {"", "abc", std::string(64, 'g'), std::string(65, 'a')}},
      {"UserName",
       UserName,
       {"deploy", "_apt", "www-data", "machine$"},
       {"", "Root", "-a", "a b", "a:b", "a\n", "0a", std::string(33, 'a')}},
      {"Owner",
       Owner,
       {"root", "0", "1000", "Domain.User", "4294967294"},
       {"", "-1", "4294967295", "99999999999", "a:b", "a b"}},
      {"PasswordHash",
       PasswordHash,
       {"$6$salt$hash", "!", "*", "!$6$x$y"},
       {"", "secret", "$6$a:b", "$6$a\n", "$6$ a"}},
      {"PublicKey",
       PublicKey,
       {"ssh-ed25519 " + std::string(68, 'A') + " me@x", "ssh-rsa " + std::string(300, 'A')},
       {"", "ssh-ed25519", "ssh-foo " + std::string(68, 'A'), "ssh-ed25519 short",
        "ssh-ed25519 " + std::string(68, 'A') + "\nssh-rsa x", "no-pty ssh-ed25519 " + std::string(68, 'A')}},
      {"UnitName",
       UnitName,
       {"nginx.service", "getty@tty1.service", "a-b.timer"},
       {"", "nginx", ".service", "-x.service", "a b.service", "../x.service", "a/b.mount", "x.foo"}},
      {"DropInName", DropInName, {"10-limits.conf"}, {"", "x", ".conf", "../a.conf", "a/b.conf"}},
      {"SysctlKey",
       SysctlKey,
       {"net.ipv4.ip_forward", "vm.swappiness"},
       {"", "vm", "-a.b", "net..x", "net.x.", "net/ipv4", "a.b=1", "a.b c"}},
      {"SysctlFile", SysctlFile, {"60-web.conf"}, {"", "60-web", "../x.conf", "a/b.conf"}},
      {"EnvironmentVariable", EnvironmentVariable, {"PATH", "_x1"}, {"", "1A", "A=B", "A-B"}},
      {"Program",
       Program,
       {"/usr/bin/x", "apt-get", "g++", "true"},
       {"", "-x", "a b", "./x", "../x", "/a/../b", "a;b"}},
      {"Hostname",
       Hostname,
       {"web-1", "web-1.example.com", "10.0.0.5", "A"},
       {"", "-a", "a-", "a..b", ".a", "a_b", "a b", std::string(64, 'a')}},
      {"Host", Host, {"localhost", "::1", "127.0.0.1"}, {"", "[::1]", "a/b", "a:80"}},
      {"Url",
       Url,
       {"http://a", "https://a.b:8443/c?d=e#f", "http://[::1]:80/"},
       {"", "ftp://a", "http://", "http://u:p@a/", "http://a b", "http://a:0/", "http://a\n", "a.b"}},
      {"PlainHttpUrl", PlainHttpUrl, {"http://localhost/"}, {"https://localhost/", "localhost", "http://-a/"}},
      {"RepositoryUri",
       RepositoryUri,
       {"http://deb.debian.org/debian", "file:/srv/mirror", "file:///srv/mirror/"},
       {"", "cdrom:", "file:../x", "http://a b", "x\ny"}},
      {"Suite", Suite, {"bookworm", "bookworm-security", "stable/updates", "./"}, {"", "-a", "a b", "../x", "a\n"}},
      {"AptSource",
       AptSource,
       {"deb [signed-by=/k] http://a bookworm main"},
       {"", "deb-src http://a b", "deb http://a b\ndeb x"}},
      {"Cve",
       Cve,
       {"CVE-2024-3094", "CVE-1999-12345"},
       {"", "cve-2024-3094", "CVE-24-3094", "CVE-2024-1", "CVE-2024-3094x"}},
      {"HeaderLine", HeaderLine, {"Host: a", "X-A:", "X-A: b:c"}, {"", "Host", ": a", "A B: c", "A: b\r\nC: d"}},
      {"ListenAddress",
       ListenAddress,
       {":9100", "10.0.0.5:9100", "[::1]:9100"},
       {"", "9100", ":", ":0", ":99999", "[::1]", "a b:1", "x:9100\""}},
      {"PrometheusLabel",
       PrometheusLabel,
       {"env=prod", "a_b=", "x=a=b"},
       {"", "env", "=x", "1a=b", "a-b=c", "__address__=x", "a=b\n"}},
      {"JsonPointer", JsonPointer, {"/a/b", "/"}, {"", "a", "/a\n"}},
      {"JsonText", JsonText, {"1", "\"a\"", "{\"a\": [1]}", "null"}, {"", "a", "{", "1 2"}},
      {"Pattern", Pattern, {"^a.*$"}, {"", "a\nb", std::string(1025, 'a')}},
      {"OneLine", OneLine, {"", "a\tb", "\xc3\xa9"}, {"a\nb", "a\rb", "\x1b[31m", "\x7f"}},
      {"Release", Release, {"bookworm", "12", "22.04"}, {"", "-x", "Bookworm", "a/b"}},
  };
  return cases;
}

TEST(TextRules, LetPassWhatIsGoodAndNothingElse) {
  for (const Case& c : Cases()) {
    for (const std::string& text : c.good)
      EXPECT_EQ(c.rule(text), nullptr) << c.name << " refuses '" << text << "': " << c.rule(text);
    for (const std::string& text : c.bad) EXPECT_NE(c.rule(text), nullptr) << c.name << " lets '" << text << "' pass";
  }
}

// What goes to a program as an argument of its own must never be an option.
TEST(TextRules, NoNameBeginsWithADash) {
  for (const Rule rule : {PackageName, UserName, Owner, UnitName, SysctlKey, Hostname, Program, LoginName, BaseName,
                          Suite, Component, Architecture, Release}) {
    for (const char* text : {"-", "--", "-a", "--help", "-rf"}) EXPECT_NE(rule(text), nullptr) << text;
  }
}

}  // namespace
}  // namespace pe::rule
