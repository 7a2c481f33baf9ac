// The examples as the engine sees them: what `pe` reads from each file, the engine accepts.
#include <gtest/gtest.h>

#include <filesystem>

#include "client/cli/spec_file/spec_file.h"
#include "server/engine/validate.h"

namespace pe::cli {
namespace {

TEST(Examples, AreAcceptedByTheEngine) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PE_EXAMPLES)) {
    if (entry.path().extension() != ".yaml") continue;
    auto document = ReadDocument(entry.path().string());
    ASSERT_TRUE(document.ok()) << document.status();
    const SpecFile file = ParseSpec(*std::move(document));
    provision::v1::ProvisionRequest request;
    *request.mutable_spec() = file.spec;
    const bool image = entry.path().stem() == "image";
    request.add_targets()->mutable_inline_()->set_address(image ? "rootfs:///srv/images/web" : "ssh://root@host");
    for (const auto& variable : file.spec.variables()) {
      if (!variable.has_default_()) (*request.mutable_variables())[variable.name()] = "value";
    }
    std::vector<Problem> problems;
    for (const Violation& violation : Validate(request))
      problems.push_back(WithPlace(file, violation.field, violation.description));
    EXPECT_EQ(FormatProblems(file.document, problems, true), "");
    ++count;
  }
  EXPECT_GE(count, 4);
}

}  // namespace
}  // namespace pe::cli
