// Requests over HTTP: "METHOD TARGET\nBODY" against the rules of the API, and the first line as a path template.
#include <algorithm>

#include "absl/strings/string_view.h"
#include "proto/descriptor_set.h"
#include "server/gateway/transcoder.h"
#include "tests/fuzz/check.h"

namespace {

using pe::gateway::ApiSchema;
using pe::gateway::Transcoder;

const Transcoder& Api() {
  static const auto& schema = *ApiSchema::Open(pe::ApiDescriptorSet())->release();
  static const auto& transcoder = *Transcoder::Open(&schema)->release();
  return transcoder;
}

void CheckTemplate(absl::string_view text) {
  const auto parsed = pe::gateway::PathTemplate::Parse(text);
  if (!parsed.ok()) return;
  FUZZ_CHECK(parsed->text() == text && !parsed->segments().empty(), text);
  for (const auto& variable : parsed->variables()) {
    FUZZ_CHECK(variable.begin < variable.end && variable.end <= parsed->segments().size(), text);
  }
}

void CheckRequest(const pe::gateway::RestRequest& request, absl::string_view text) {
  const auto outcome = Api().Transcode(request);
  if (const auto* error = std::get_if<pe::gateway::RestError>(&outcome)) {
    FUZZ_CHECK(error->http == 400 || error->http == 404 || error->http == 405, text);
    FUZZ_CHECK(!error->status.ok() && !error->status.message().empty(), text);
    FUZZ_CHECK((error->http == 405) == !error->allow.empty(), text);
    return;
  }
  // What is sent to the engine is a message that has a JSON form, which is the same message.
  const auto& rpc = std::get<pe::gateway::RpcRequest>(outcome);
  const auto* const type = rpc.route->rpc->input_type();
  const auto json = Api().schema().ToJson(type, rpc.message);
  FUZZ_CHECK(json.ok(), text);
  const auto again = Api().schema().FromJson(type, *json);
  FUZZ_CHECK(again.ok(), *json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(text.find('\n'), text.size());
  const size_t blank = text.substr(0, line).find(' ');
  CheckTemplate(text.substr(0, line));
  if (blank == text.npos) return 0;
  pe::gateway::RestRequest request;
  request.method = text.substr(0, blank);
  request.target = text.substr(blank + 1, line - blank - 1);
  request.body = text.substr(std::min(line + 1, text.size()));
  CheckRequest(request, text);
  return 0;
}
