#include "base/redactor.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace pe {
namespace {

constexpr char kSecret[] = "s3cr\"et/Pa ss\nword+9";

Redactor With(std::initializer_list<absl::string_view> values) {
  Redactor out;
  for (const absl::string_view value : values) out.Add(value);
  return out;
}

TEST(RedactorTest, EveryForm) {
  const Redactor redactor = With({kSecret});
  const std::string forms[] = {kSecret,
                               absl::BytesToHexString(kSecret),
                               "733363722265742F50612073730A776F72642B39",
                               absl::Base64Escape(kSecret),
                               absl::WebSafeBase64Escape(kSecret),
                               "s3cr%22et%2FPa%20ss%0Aword%2B9",
                               "s3cr%22et%2fPa+ss%0aword%2b9",
                               "s3cr\\\"et/Pa ss\\nword+9",
                               "s3cr\\\"et\\/Pa ss\\nword+9"};
  for (const std::string& form : forms) EXPECT_EQ(redactor.Text(absl::StrCat("<", form, ">")), "<***>") << form;
}

TEST(RedactorTest, Base64AtEveryAlignmentLeavesNothingOfTheMiddle) {
  const Redactor redactor = With({"correct horse battery"});
  for (const absl::string_view before : {"", "u", "us", "user:"}) {
    const std::string encoded = absl::Base64Escape(absl::StrCat(before, "correct horse battery", "!!"));
    const std::string out = redactor.Text(encoded);
    EXPECT_NE(out.find("***"), std::string::npos) << encoded;
    EXPECT_LE(out.size(), 3 + 8 + before.size() * 2) << out;
  }
}

TEST(RedactorTest, EverySplitOfAStreamGivesTheSame) {
  const Redactor redactor = With({"hunter2hunter", "hunter2", "abcabd"});
  const std::string text = "x hunter2 y hunter2hunter z abcabcabd hunter hunter2hunte";
  const std::string want = "x *** y *** z abc*** hunter ***hunte";
  EXPECT_EQ(redactor.Text(text), want);
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    StreamRedactor stream(redactor);
    std::string got;
    for (size_t at = 0; at < text.size(); at += piece) got += stream.Write(absl::string_view(text).substr(at, piece));
    got += stream.Finish();
    EXPECT_EQ(got, want) << "pieces of " << piece;
  }
}

TEST(RedactorTest, HoldsBackOnlyWhatMayBeAValue) {
  const Redactor redactor = With({"hunter2"});
  StreamRedactor stream(redactor);
  EXPECT_EQ(stream.Write("progress 10%\nhun"), "progress 10%\n");
  EXPECT_EQ(stream.Write("gry"), "hungry");
}

TEST(RedactorTest, LinesOfAKeyAreFoundOneByOne) {
  const Redactor redactor = With({"-----BEGIN KEY-----\nMIIBVwIBADANBgkq\n-----END KEY-----\n"});
  EXPECT_EQ(redactor.Text("+MIIBVwIBADANBgkq\n"), "+***\n");
}

TEST(RedactorTest, VeryShortAndEmptyValuesAreLeft) {
  const Redactor redactor = With({"", "ab"});
  EXPECT_TRUE(redactor.empty());
  EXPECT_EQ(redactor.Text("about"), "about");
}

}  // namespace
}  // namespace pe
