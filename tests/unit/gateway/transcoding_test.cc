// Runs zoo_cases.txt: one case a line, REQUEST => RPC JSON or REQUEST => HTTP-STATUS PART-OF-THE-MESSAGE.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

#include "absl/strings/match.h"
#include "server/gateway/transcoder.h"

extern "C" {
extern const char pe_zoo_begin[];
extern const char pe_zoo_end[];
}

namespace pe::gateway {
namespace {

using nlohmann::json;

const Transcoder& Zoo() {
  static const auto& schema = *ApiSchema::Open({pe_zoo_begin, size_t(pe_zoo_end - pe_zoo_begin)})->release();
  static const auto& transcoder = *Transcoder::Open(&schema)->release();
  return transcoder;
}

struct Case {
  int line = 0;
  std::string method, target, key, last_id, body, expected;
};

std::vector<Case> ReadCases() {
  std::vector<Case> cases;
  std::ifstream file(PE_ZOO_CASES);
  // METHOD TARGET [KEY] (LAST-ID) BODY => EXPECTED
  const std::regex form(R"re((\S+) (\S+)(?: \[([^\]]*)\])?(?: \((\S+)\))?(?: ([^=].*?))? => (.*))re");
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    std::smatch part;
    if (text.empty() || text[0] == '#') continue;
    if (!std::regex_match(text, part, form)) ADD_FAILURE() << "line " << line << ": " << text;
    else cases.push_back({line, part[1], part[2], part[3], part[4], part[5], part[6]});
  }
  return cases;
}

std::variant<RpcRequest, RestError> Run(const Case& c) {
  return Zoo().Transcode({c.method, c.target, c.body, c.key, c.last_id});
}

// What the case says is wrong with the outcome; empty: nothing.
std::string Check(const Case& c) {
  const auto outcome = Run(c);
  const size_t blank = c.expected.find(' ');
  const std::string first = c.expected.substr(0, blank);
  const std::string second = blank == std::string::npos ? "" : c.expected.substr(blank + 1);
  if (const auto* error = std::get_if<RestError>(&outcome)) {
    const std::string got = std::to_string(error->http) + " " + std::string(error->status.message());
    if (std::to_string(error->http) != first || !absl::StrContains(got, second)) return got;
    if (error->http == 405 && error->allow != second) return "Allow: " + error->allow;
    return "";
  }
  const auto& rpc = std::get<RpcRequest>(outcome);
  const auto got = Zoo().schema().ToJson(rpc.route->rpc->input_type(), rpc.message);
  if (!got.ok()) return got.status().ToString();
  if (rpc.route->rpc->name() != first || json::parse(*got) != json::parse(second, nullptr, false)) {
    return rpc.route->rpc->name() + " " + *got;
  }
  return "";
}

TEST(Transcoding, Table) {
  const auto cases = ReadCases();
  EXPECT_GE(cases.size(), 300u);
  for (const Case& c : cases) {
    EXPECT_EQ(Check(c), "") << "line " << c.line << ": " << c.method << " " << c.target << " " << c.body << " => "
                            << c.expected;
  }
}

TEST(Transcoding, ResponseBodyIsPartOfTheResponse) {
  const auto& zoo = Zoo();
  const auto part = [&](const char* target, const char* response) {
    const auto rpc = std::get<RpcRequest>(zoo.Transcode({"GET", target, "", "", ""}));
    const auto binary = zoo.schema().FromJson(rpc.route->rpc->output_type(), response);
    return *zoo.ResponseJson(*rpc.route, *binary);
  };
  EXPECT_EQ(part("/part", R"({"name":"x","inner":{"size":3}})"), R"({"size":3})");
  EXPECT_EQ(part("/part", R"({"name":"x"})"), "{}");
  EXPECT_EQ(part("/part-list", R"({"tags":["a","b"]})"), R"(["a","b"])");
  EXPECT_EQ(part("/part-list", "{}"), "[]");
  EXPECT_EQ(part("/q", R"({"big":12})"), R"({"big":"12"})");
}

}  // namespace
}  // namespace pe::gateway
