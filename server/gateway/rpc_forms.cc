#include "server/gateway/rpc_forms.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/status.pb.h"

namespace pe::gateway {
namespace {

constexpr size_t kFrameHeaderBytes = 5;
constexpr uint8_t kGrpcWebTrailers = 0x80, kConnectEnd = 0x02;

std::string Frame(uint8_t flags, absl::string_view bytes) {
  std::string out(1, static_cast<char>(flags));
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((bytes.size() >> shift) & 0xff);
  absl::StrAppend(&out, bytes);
  return out;
}

// As grpc-message is sent.
std::string PercentEncode(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 0x20 && c <= 0x7e && c != '%') out += c;
    else absl::StrAppend(&out, "%", absl::AsciiStrToUpper(absl::BytesToHexString({&c, 1})));
  }
  return out;
}

std::string Unpadded(const std::string& bytes) {
  const std::string padded = absl::Base64Escape(bytes);
  return padded.substr(0, std::min(padded.size(), padded.find('=')));
}

class GrpcWebForm final : public StreamForm {
 public:
  explicit GrpcWebForm(RpcContent content) : content_(std::move(content)) {}
  std::string content_type() const override { return content_.content_type; }
  std::string Message(const std::string& binary) override { return Wrap(Frame(0, binary)); }
  std::string End(const RpcStatus& status) override {
    std::string trailers = absl::StrCat("grpc-status: ", status.code, "\r\n");
    if (!status.message.empty()) absl::StrAppend(&trailers, "grpc-message: ", PercentEncode(status.message), "\r\n");
    if (!status.details.empty()) {
      absl::StrAppend(&trailers, "grpc-status-details-bin: ", Unpadded(status.details), "\r\n");
    }
    return Wrap(Frame(kGrpcWebTrailers, trailers));
  }

 private:
  std::string Wrap(std::string frame) const {
    return content_.protocol == RpcProtocol::kGrpcWebText ? absl::Base64Escape(frame) : frame;
  }
  const RpcContent content_;
};

class ConnectStreamForm final : public StreamForm {
 public:
  ConnectStreamForm(JsonCache& json, const google::protobuf::Descriptor* type, RpcContent content)
      : json_(json), type_(type), content_(std::move(content)) {}
  std::string content_type() const override { return content_.content_type; }
  std::string Message(const std::string& binary) override {
    if (!content_.json) return Frame(0, binary);
    const auto json = json_.ToJson(type_, binary);
    return Frame(0, json.ok() ? **json : "{}");
  }
  std::string End(const RpcStatus& status) override {
    return Frame(kConnectEnd, status.code == 0 ? "{}" : absl::StrCat("{\"error\":", ConnectError(status), "}"));
  }

 private:
  JsonCache& json_;
  const google::protobuf::Descriptor* const type_;
  const RpcContent content_;
};

}  // namespace

RpcContent ParseRpcContent(absl::string_view content_type) {
  const std::string type =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))));
  if (type == "application/grpc-web" || type == "application/grpc-web+proto") {
    return {RpcProtocol::kGrpcWeb, false, "application/grpc-web+proto"};
  }
  if (type == "application/grpc-web-text" || type == "application/grpc-web-text+proto") {
    return {RpcProtocol::kGrpcWebText, false, "application/grpc-web-text+proto"};
  }
  if (type == "application/proto") return {RpcProtocol::kConnectUnary, false, type};
  if (type == "application/json") return {RpcProtocol::kConnectUnary, true, type};
  if (type == "application/connect+proto") return {RpcProtocol::kConnectStream, false, type};
  if (type == "application/connect+json") return {RpcProtocol::kConnectStream, true, type};
  return {};
}

absl::StatusOr<std::string> UnpackRpcBody(RpcProtocol protocol, absl::string_view body) {
  if (protocol == RpcProtocol::kConnectUnary) return std::string(body);
  std::string bytes(body);
  if (protocol == RpcProtocol::kGrpcWebText && !absl::Base64Unescape(body, &bytes)) {
    return absl::InvalidArgumentError("the body is not base64");
  }
  if (bytes.size() < kFrameHeaderBytes) return absl::InvalidArgumentError("the body is not a frame");
  if (bytes[0] != 0) return absl::InvalidArgumentError("compressed messages are not taken");
  size_t size = 0;
  for (size_t i = 1; i < kFrameHeaderBytes; ++i) size = size << 8 | static_cast<uint8_t>(bytes[i]);
  if (size != bytes.size() - kFrameHeaderBytes) return absl::InvalidArgumentError("the body is not one whole frame");
  return bytes.substr(kFrameHeaderBytes);
}

std::chrono::milliseconds RpcTime(absl::string_view grpc_timeout, absl::string_view connect_timeout_ms,
                                  std::chrono::milliseconds fallback) {
  int64_t value = 0;
  if (connect_timeout_ms.size() <= 10 && absl::SimpleAtoi(connect_timeout_ms, &value) && value > 0) {
    return std::min(fallback, std::chrono::milliseconds(value));
  }
  if (grpc_timeout.size() < 2 || grpc_timeout.size() > 9) return fallback;
  if (!absl::SimpleAtoi(grpc_timeout.substr(0, grpc_timeout.size() - 1), &value) || value <= 0) return fallback;
  switch (grpc_timeout.back()) {
    case 'H':
      return std::min<std::chrono::milliseconds>(fallback, std::chrono::hours(value));
    case 'M':
      return std::min<std::chrono::milliseconds>(fallback, std::chrono::minutes(value));
    case 'S':
      return std::min<std::chrono::milliseconds>(fallback, std::chrono::seconds(value));
    case 'm':
      return std::min(fallback, std::chrono::milliseconds(value));
    case 'u':
      return std::min(fallback, std::chrono::milliseconds(value / 1000 + 1));
    case 'n':
      return std::min(fallback, std::chrono::milliseconds(value / 1'000'000 + 1));
    default:
      return fallback;
  }
}

std::string ConnectError(const RpcStatus& status) {
  using Json = nlohmann::ordered_json;
  const std::string name =
      status.code == google::rpc::CANCELLED ? "canceled" : absl::AsciiStrToLower(CodeName(status.code));
  Json out = {{"code", name}, {"message", status.message}};
  google::rpc::Status details;
  if (details.ParseFromString(status.details)) {
    for (const auto& any : details.details()) {
      const std::string type = any.type_url().substr(any.type_url().rfind('/') + 1);
      out["details"].push_back({{"type", type}, {"value", Unpadded(any.value())}});
    }
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::unique_ptr<StreamForm> MakeRpcForm(JsonCache& json, const google::protobuf::Descriptor* type,
                                        const RpcContent& content) {
  if (content.protocol == RpcProtocol::kConnectStream) {
    return std::make_unique<ConnectStreamForm>(json, type, content);
  }
  return std::make_unique<GrpcWebForm>(content);
}

}  // namespace pe::gateway
