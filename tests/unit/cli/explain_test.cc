#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/explain/spec_docs.h"

namespace pe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Explain, TheWholeSpec) {
  EXPECT_THAT(*SpecDocs().Explain(""),
              AllOf(HasSubstr("libraries"), HasSubstr("Packages the service depends on."), HasSubstr("fileEdit")));
}

TEST(Explain, KindsAndFields) {
  const SpecDocs docs;
  EXPECT_THAT(*docs.Explain("file"),
              AllOf(HasSubstr("path"), HasSubstr("Absolute path."), HasSubstr("One of (source)")));
  EXPECT_THAT(*docs.Explain("unit.state"), AllOf(HasSubstr("RELOADED"), HasSubstr("restarted when it cannot reload")));
  EXPECT_THAT(*docs.Explain("security.reboot"), HasSubstr("IF_REQUIRED"));
  EXPECT_EQ(*docs.Explain("for_each"), *docs.Explain("forEach"));
  EXPECT_THAT(*docs.Explain("steps.retry.backoff"), HasSubstr("duration"));
}

TEST(Explain, SaysWhatThereIsInstead) {
  const SpecDocs docs;
  EXPECT_THAT(docs.Explain("fille").status().message(), HasSubstr("did you mean file?"));
  EXPECT_THAT(docs.Explain("hostname.x").status().message(), HasSubstr("hostname has no field \"x\""));
  EXPECT_FALSE(docs.Explain("file.mode.x").ok());
}

}  // namespace
}  // namespace pe::cli
