#include "base/text.h"

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "server/agent/steps/diff.h"
#include "server/agent/steps/http_client.h"
#include "server/agent/steps/json_document.h"
#include "server/agent/steps/openpgp_key.h"
#include "server/agent/steps/record.h"
#include "server/agent/steps/sha1.h"
#include "server/agent/steps/systemctl.h"
#include "server/agent/steps/text_edit.h"
#include "tests/conformance/steps/test_key.h"

namespace pe::agent {
namespace {

using provision::v1::FileEdit;

TEST(Diff, IsUnifiedWithContext) {
  EXPECT_EQ(UnifiedDiff("/f", "same\n", "same\n"), "");
  EXPECT_EQ(UnifiedDiff("/f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nFIVE\n6\n7\n8\n9\n"),
            "--- /f\n+++ /f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+FIVE\n 6\n 7\n 8\n");
  EXPECT_EQ(UnifiedDiff("/f", "", "a\n"), "--- /f\n+++ /f\n@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(UnifiedDiff("/f", "a\n", ""), "--- /f\n+++ /f\n@@ -1,1 +0,0 @@\n-a\n");
  EXPECT_EQ(UnifiedDiff("/f", "a\nb", "a\nc\n"),
            "--- /f\n+++ /f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n");
}

TEST(Diff, KeepsDistantChangesInHunksOfTheirOwn) {
  std::string before, after;
  for (int i = 1; i <= 30; ++i) {
    before += std::to_string(i) + "\n";
    after += i == 3 ? "three\n" : i == 25 ? "" : std::to_string(i) + "\n";
  }
  const std::string diff = UnifiedDiff("/f", before, after);
  EXPECT_NE(diff.find("@@ -1,6 +1,6 @@"), std::string::npos) << diff;
  EXPECT_NE(diff.find("@@ -22,7 +22,6 @@"), std::string::npos) << diff;
}

TEST(Diff, IsBoundedForWhatHasNothingInCommon) {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) before += "a" + std::to_string(i) + "\n", after += "b" + std::to_string(i) + "\n";
  const std::string diff = UnifiedDiff("/f", before, after);
  EXPECT_NE(diff.find("@@ -1,5000 +1,5000 @@"), std::string::npos);
  EXPECT_NE(UnifiedDiff("/f", std::string("\0a", 2), "b").find("binary"), std::string::npos);
}

TEST(Record, ComesBackAsItWas) {
  const Record record = {{"path", "/a=b\nc"}, {"before", std::string("\0\xff", 2)}, {"empty", ""}};
  const auto back = ParseRecord(Serialize(record));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, record);
  EXPECT_FALSE(ParseRecord("no equals sign").ok());
}

TEST(TextEdit, ALineThatDoesNotFitItsOwnMatchIsAddedOnce) {
  FileEdit edit;
  edit.mutable_line()->set_match("^#Port ");
  edit.mutable_line()->set_line("Port 22");
  const auto once = EditText("#Port 1\nx\n", edit);
  ASSERT_TRUE(once.ok());
  EXPECT_EQ(*once, "Port 22\nx\n");
  EXPECT_EQ(*EditText(*once, edit), *once);
}

TEST(TextEdit, IniKeepsCommentsAndSpacing) {
  FileEdit edit;
  edit.mutable_ini()->set_section("b");
  edit.mutable_ini()->set_key("k");
  edit.mutable_ini()->set_value("2");
  EXPECT_EQ(*EditText("; c\n[a]\nk=1\n[b]\n# k = 0\nk  =  1\n", edit), "; c\n[a]\nk=1\n[b]\n# k = 0\nk  =  2\n");
  EXPECT_EQ(*EditText("[b]\nx=1\n\n[c]\n", edit), "[b]\nx=1\nk = 2\n\n[c]\n");
  EXPECT_EQ(*EditText("", edit), "[b]\nk = 2\n");
}

TEST(TextEdit, ReplaceKnowsGroupsAndEmptyMatches) {
  FileEdit edit;
  edit.mutable_replace()->set_match("([a-z]+)=([0-9]*)");
  edit.mutable_replace()->set_replacement("\\2:\\1\\\\");
  EXPECT_EQ(*EditText("a=1 b=\nc=3\n", edit), "1:a\\ :b\\\n3:c\\\n");
  edit.mutable_replace()->set_match("x*");
  edit.mutable_replace()->set_replacement("-");
  EXPECT_EQ(*EditText("axb", edit), "-a-b-");
  edit.mutable_replace()->set_match("(");
  EXPECT_EQ(DetailsOf(EditText("", edit).status()).error_code, "BAD_PATTERN");
}

TEST(TextEdit, HalfABlockIsAnError) {
  FileEdit edit;
  edit.mutable_block()->set_marker("m");
  edit.mutable_block()->set_content("x");
  EXPECT_EQ(DetailsOf(EditText("# BEGIN m\na\n", edit).status()).error_code, "BAD_BLOCK");
  EXPECT_EQ(DetailsOf(EditText("# END m\na\n", edit).status()).error_code, "BAD_BLOCK");
}

TEST(Json, EditsOneValueAndKeepsTheOrder) {
  const std::string seven = "7", word = "word";
  EXPECT_EQ(*EditJson("{\"z\": 1, \"a\": {\"b\": 2}}", "/a/b", &seven), "{\"z\":1,\"a\":{\"b\":7}}\n");
  EXPECT_EQ(*EditJson("{ \"a\" : 7 }", "/a", &seven), "{ \"a\" : 7 }");
  EXPECT_EQ(*EditJson("[1]", "/-", &seven), "[1,7]\n");
  EXPECT_EQ(*EditJson("", "/a~1b/c", &seven), "{\n  \"a/b\": {\n    \"c\": 7\n  }\n}\n");
  EXPECT_EQ(*EditJson("{\"a\":1}", "/b/c", nullptr), "{\"a\":1}");
  for (const auto& [text, pointer, value] : std::vector<std::tuple<std::string, std::string, const std::string*>>{
           {"{", "/a", &seven},
           {"{}", "a", &seven},
           {"{}", "/a", &word},
           {"{\"a\":1}", "/a/b", &seven},
           {"[]", "/5", &seven},
           {std::string(100'000, '['), "/a", &seven}}) {
    EXPECT_EQ(DetailsOf(EditJson(text, pointer, value).status()).error_code, "BAD_JSON") << text.substr(0, 20);
  }
}

TEST(Sha1, AgreesWithTheStandardsVectors) {
  EXPECT_EQ(Sha1Hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(Sha1Hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Sha1Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(Sha1Hex(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(OpenPgpKey, GivesTheFingerprintThatGpgGives) {
  const auto found = Fingerprints(kTestKey);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(absl::AsciiStrToUpper((*found)[0]), kTestKeyFingerprint);
  for (const char* bad :
       {"", "text", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!!!\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmP8B\n-----END PGP PUBLIC KEY BLOCK-----\n"}) {
    EXPECT_EQ(DetailsOf(Fingerprints(bad).status()).error_code, "BAD_KEY") << bad;
  }
}

TEST(Http, ReadsUrls) {
  const auto url = ParseHttpUrl("http://[::1]:8080/a?b#c");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->authority, "[::1]:8080");
  EXPECT_EQ(url->target, "/a?b");
  EXPECT_EQ(ParseHttpUrl("http://h?q=1")->target, "/?q=1");
  EXPECT_EQ(ParseHttpUrl("http://h")->port, 80);
  for (const char* bad : {"https://h/", "http:///x", "http://h:0/", "http://h:99999/", "http://u@h/", "http://h/a b",
                          "http://h/\r\nX: y", "http://[::1/"}) {
    EXPECT_FALSE(ParseHttpUrl(bad).ok()) << bad;
  }
}

TEST(Http, ReadsAnswersInEveryFraming) {
  const auto body = [](const char* text, bool ended) {
    const auto answer = ParseHttpAnswer(text, ended);
    return !answer.ok() ? "error" : !*answer ? "more" : std::to_string((*answer)->status) + " " + (*answer)->body;
  };
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", false), "200 hi");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", false), "more");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", true), "error");
  EXPECT_EQ(body("HTTP/1.0 404 Not Found\r\n\r\nby close", true), "404 by close");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", false),
            "200 abcde");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false), "error");
  EXPECT_EQ(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", true), "error");
  EXPECT_EQ(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", false), "204 ");
  EXPECT_EQ(body("SSH-2.0-OpenSSH\r\n\r\n", true), "error");
}

TEST(Text, CountsThings) {
  EXPECT_EQ(Counted(0, "package"), "0 packages");
  EXPECT_EQ(Counted(1, "package"), "1 package");
  EXPECT_EQ(Counted(2, "package"), "2 packages");
  EXPECT_EQ(Counted(1, "entry", "entries"), "1 entry");
  EXPECT_EQ(Counted(2, "entry", "entries"), "2 entries");
}

TEST(Systemctl, ReadsProperties) {
  const UnitStatus status = ParseUnitStatus(
      "Type=oneshot\nActiveState=inactive\nResult=success\nExecMainExitTimestampMonotonic=5\nNeedDaemonReload=yes\n");
  EXPECT_TRUE(status.Started());
  EXPECT_TRUE(status.need_reload);
  EXPECT_FALSE(ParseUnitStatus("Type=oneshot\nActiveState=inactive\nResult=success\nExecMainExitTimestampMonotonic=0\n")
                   .Started());
}

}  // namespace
}  // namespace pe::agent
