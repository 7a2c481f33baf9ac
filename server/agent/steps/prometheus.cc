#include "server/agent/steps/prometheus.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/agent/steps/json_document.h"

namespace pe::agent {
namespace {

std::string UrlEncoded(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_') out += c;
    else absl::StrAppend(&out, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
  }
  return out;
}

}  // namespace

std::string UpQuery(absl::string_view instance) {
  const std::string quoted = absl::StrReplaceAll(instance, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
  return absl::StrCat("/api/v1/query?query=", UrlEncoded(absl::StrCat("up{instance=\"", quoted, "\"}")));
}

absl::StatusOr<std::optional<std::string>> ParseUp(const std::string& body) {
  const Json answer = ParseJson(body);
  if (!answer.is_object() || answer.value("status", Json()) != Json("success") || !answer.contains("data") ||
      !answer["data"].is_object() || !answer["data"].contains("result") || !answer["data"]["result"].is_array()) {
    return absl::UnavailableError("the answer is not one of Prometheus' API");
  }
  std::optional<std::string> lowest;
  for (const Json& series : answer["data"]["result"]) {
    if (!series.is_object() || !series.contains("value") || !series["value"].is_array() ||
        series["value"].size() != 2 || !series["value"][1].is_string()) {
      continue;
    }
    const std::string value = series["value"][1].get<std::string>();
    if (!lowest || value != "1") lowest = value;
  }
  return lowest;
}

}  // namespace pe::agent
