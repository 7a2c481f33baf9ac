#include <gtest/gtest.h>

#include "client/cli/output/message_text.h"
#include "client/cli/output/table.h"
#include "provision/v1/spec.pb.h"

namespace pe::cli {
namespace {

TEST(Table, Aligns) {
  Table table({"NAME", "STATE"});
  table.Add({"wéb", "ready"});
  table.Add({"database", ""});
  EXPECT_EQ(table.Text(), "NAME      STATE\nwéb       ready\ndatabase\n");
}

TEST(MessageText, OneFormInJsonAndYaml) {
  provision::v1::ServiceSpec spec;
  spec.set_name("x");
  spec.set_version("1.0");
  spec.add_steps()->mutable_unit()->set_enabled(true);
  EXPECT_EQ(JsonLine(spec), "{\"name\":\"x\",\"version\":\"1.0\",\"steps\":[{\"unit\":{\"enabled\":true}}]}");
  EXPECT_EQ(YamlText(spec), "name: \"x\"\nversion: \"1.0\"\nsteps:\n  - unit:\n      enabled: true\n");
}

}  // namespace
}  // namespace pe::cli
