#include "server/agent/steps/prometheus.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/agent/steps/json_document.h"

namespace pe::agent {
namespace {

// Marks which part of the one query a series of the answer belongs to.
constexpr char kPart[] = "provision_part";

std::string UrlEncoded(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_') out += c;
    else absl::StrAppend(&out, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
  }
  return out;
}

std::string Part(absl::string_view expression, absl::string_view name) {
  return absl::StrCat("label_replace(", expression, ",\"", kPart, "\",\"", name, "\",\"\",\"\")");
}

struct Series {
  std::string part;
  std::string labels;  // of the target; the same for each of its parts
  std::string value;
};

std::optional<Series> ReadSeries(const Json& json) {
  if (!json.is_object() || !json.contains("metric") || !json["metric"].is_object() || !json.contains("value"))
    return {};
  const Json& value = json["value"];
  if (!value.is_array() || value.size() != 2 || !value[1].is_string()) return {};
  std::map<std::string, std::string> labels;
  for (const auto& [name, label] : json["metric"].items()) {
    if (label.is_string()) labels[name] = label.get<std::string>();
  }
  Series series{.part = labels[kPart], .labels = "", .value = value[1].get<std::string>()};
  labels.erase(kPart);
  labels.erase("__name__");  // timestamp() drops it
  for (const auto& [name, label] : labels) absl::StrAppend(&series.labels, name, "=", absl::CEscape(label), ",");
  return series;
}

absl::Status NoAnswer() { return absl::UnavailableError("the answer is not one of Prometheus' API"); }

}  // namespace

std::string UpQuery(absl::string_view instance) {
  const std::string quoted = absl::StrReplaceAll(instance, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
  const std::string up = absl::StrCat("up{instance=\"", quoted, "\"}");
  // One query, so that values, times and the clock are of one moment.
  return absl::StrCat("/api/v1/query?query=",
                      UrlEncoded(absl::StrCat(Part(up, "up"), " or ", Part(absl::StrCat("timestamp(", up, ")"), "at"),
                                              " or ", Part("vector(time())", "now"))));
}

absl::StatusOr<UpAnswer> ParseUp(const std::string& body) {
  const Json json = ParseJson(body);
  if (!json.is_object() || json.value("status", Json()) != Json("success") || !json.contains("data") ||
      !json["data"].is_object() || !json["data"].contains("result") || !json["data"]["result"].is_array()) {
    return NoAnswer();
  }
  UpAnswer answer;
  bool clock = false;
  std::map<std::string, UpAnswer::Scrape> scrapes;
  for (const Json& one : json["data"]["result"]) {
    const std::optional<Series> series = ReadSeries(one);
    if (!series) return NoAnswer();
    if (series->part == "up") scrapes[series->labels].up = series->value;
    double time_s = 0;
    if (series->part == "up" || !absl::SimpleAtod(series->value, &time_s)) continue;
    if (series->part == "at") scrapes[series->labels].at_s = time_s;
    else answer.now_s = time_s, clock = true;
  }
  if (!clock) return NoAnswer();
  for (auto& [labels, scrape] : scrapes) answer.scrapes.push_back(std::move(scrape));
  return answer;
}

std::optional<std::string> UpSince(const UpAnswer& answer, double since_s) {
  std::optional<std::string> lowest;
  for (const UpAnswer::Scrape& scrape : answer.scrapes) {
    if (scrape.at_s > since_s && (!lowest || scrape.up != "1")) lowest = scrape.up;
  }
  return lowest;
}

}  // namespace pe::agent
