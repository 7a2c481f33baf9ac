// The examples are what newcomers run first: each is read without a problem.
#include <gtest/gtest.h>

#include <filesystem>

#include "client/cli/spec_file/spec_file.h"

namespace pe::cli {
namespace {

TEST(Examples, AreValidDocuments) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PE_EXAMPLES)) {
    if (entry.path().extension() != ".yaml") continue;
    auto document = ReadDocument(entry.path().string());
    ASSERT_TRUE(document.ok()) << document.status();
    const SpecFile file = ParseSpec(*std::move(document));
    EXPECT_EQ(FormatProblems(file.document, file.problems, true), "");
    EXPECT_NE(file.spec.name(), "");
    ++count;
  }
  EXPECT_GE(count, 4);
}

}  // namespace
}  // namespace pe::cli
