#include "server/log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pe {
namespace {

TEST(Log, JsonLinesStayOneLineAndParse) {
  const std::string line = JsonLogLine("2026-01-02T03:04:05.678Z", LogLevel::kWarning, "from a \"host\"\n\x1b[31m\xff",
                                       {{"job", "jobs/1"}, {"n", "2"}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  const auto parsed = nlohmann::json::parse(line);
  EXPECT_EQ(parsed["level"], "warning");
  EXPECT_EQ(parsed["job"], "jobs/1");
  EXPECT_EQ(parsed["message"], "from a \"host\"\n\\x1b[31m\xEF\xBF\xBD");
}

TEST(Log, LevelsByName) {
  EXPECT_EQ(*ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(*ParseLogLevel("error"), LogLevel::kError);
  EXPECT_FALSE(ParseLogLevel("INFO").ok());
}

}  // namespace
}  // namespace pe
