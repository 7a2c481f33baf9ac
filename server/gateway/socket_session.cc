#include "server/gateway/socket_session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "google/rpc/code.pb.h"
#include "server/gateway/field_text.h"
#include "server/gateway/json_cache.h"
#include "server/gateway/limits.h"
#include "server/gateway/message_fields.h"

namespace pe::gateway {
namespace {

namespace websocket = boost::beast::websocket;
using Json = nlohmann::json;

constexpr char kWatch[] = "/provision.v1.ProvisionService/Watch";
constexpr int kNotUnderstood = 4400, kNoToken = 4401, kCompacted = 4409;

std::string Quoted(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

// A sequence, as a number or, as proto3's JSON has it, as a string.
std::string NumberText(const Json& value) {
  return value.is_number_integer() ? std::to_string(value.get<int64_t>())
         : value.is_string()       ? value.get<std::string>()
                                   : "?";
}

// The serialized WatchRequest of a wish.
absl::StatusOr<std::string> WatchRequest(const ApiSchema& schema, const Json& wish) {
  const auto* const type = schema.FindMethod(kWatch)->input_type();
  const auto message = schema.New(type);
  std::map<std::string, std::string> values = {{"name", wish.value("job", "")}};
  if (wish.contains("afterSeq") && !wish["afterSeq"].is_null()) values["after_seq"] = NumberText(wish["afterSeq"]);
  if (wish.contains("noOutput")) values["filter.no_output"] = wish["noOutput"].dump();
  for (const auto& [path, value] : values) {
    const absl::Status set = SetFromText(schema, FindField(type, path), {value}, message.get());
    if (!set.ok()) return set;
  }
  return message->SerializeAsString();
}

}  // namespace

SocketSession::SocketSession(const Services& services, Exchange& exchange, Metadata metadata)
    : services_(services),
      exchange_(exchange),
      metadata_(std::move(metadata)),
      socket_(exchange.stream()),
      changed_(exchange.stream().get_executor(), std::chrono::steady_clock::time_point::max()) {}

asio::awaitable<void> SocketSession::Run() {
  exchange_.stream().expires_never();
  websocket::stream_base::timeout times;
  times.handshake_timeout = kHeaderTime;
  times.idle_timeout = kSocketIdleTime;
  times.keep_alive_pings = true;
  socket_.set_option(times);
  socket_.read_message_max(kMaxSocketMessageBytes);
  const bool named = !Header(exchange_.request(), "Sec-WebSocket-Protocol").empty();
  socket_.set_option(websocket::stream_base::decorator([named](websocket::response_type& response) {
    response.set(http::field::server, "provision-engine");
    if (named) response.set(http::field::sec_websocket_protocol, "pe.v1");
  }));
  const auto [error] = co_await socket_.async_accept(exchange_.request(), kAsTuple);
  if (error) co_return;
  exchange_.interrupt = [this] { Close(websocket::close_code::going_away, "the server stops; come back"); };
  if (exchange_.draining()) exchange_.interrupt();
  const auto executor = exchange_.stream().get_executor();
  ++running_;
  asio::co_spawn(executor, WriteLoop(), asio::detached);
  co_await ReadLoop();
  closed_ = true;
  changed_.cancel();
  for (const auto& [name, subscription] : subscriptions_) subscription->call->Cancel();
  while (running_ > 0) co_await changed_.async_wait(kAsTuple);
  exchange_.interrupt = nullptr;
}

asio::awaitable<void> SocketSession::ReadLoop() {
  beast::flat_buffer buffer;
  for (;;) {
    const auto [error, size] = co_await socket_.async_read(buffer, kAsTuple);
    if (error) co_return;
    if (socket_.got_text()) OnMessage(beast::buffers_to_string(buffer.data()));
    else Close(kNotUnderstood, "messages are text");
    buffer.consume(buffer.size());
    buffer.shrink_to_fit();
  }
}

asio::awaitable<void> SocketSession::WriteLoop() {
  socket_.text(true);
  while (!closed_) {
    if (!queue_.empty()) {
      const std::string text = std::move(queue_.front());
      queue_.pop_front();
      const auto [error, size] = co_await socket_.async_write(asio::buffer(text), kAsTuple);
      queued_bytes_ -= text.size();
      changed_.cancel();
      if (error) break;
    } else if (close_code_ != 0) {
      websocket::close_reason reason(static_cast<websocket::close_code>(close_code_));
      reason.reason = close_reason_.substr(0, 120);  // what fits into a control frame
      co_await socket_.async_close(reason, kAsTuple);
      break;
    } else {
      co_await changed_.async_wait(kAsTuple);
    }
  }
  closed_ = true;
  --running_;
  changed_.cancel();
}

asio::awaitable<bool> SocketSession::Room() {
  while (!closed_ && close_code_ == 0 && queued_bytes_ > kMaxSocketQueueBytes) co_await changed_.async_wait(kAsTuple);
  co_return !closed_ && close_code_ == 0;
}

void SocketSession::Send(std::string text) {
  queued_bytes_ += text.size();
  queue_.push_back(std::move(text));
  changed_.cancel();
}

void SocketSession::Close(int code, std::string reason) {
  if (close_code_ != 0) return;
  close_code_ = code;
  close_reason_ = std::move(reason);
  changed_.cancel();
}

void SocketSession::OnMessage(const std::string& text) {
  const Json message = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto part = [&](const char* name) -> const Json* {
    return message.is_object() && message.size() == 1 && message.contains(name) && message[name].is_object()
               ? &message[name]
               : nullptr;
  };
  if (const Json* wish = part("subscribe")) return Subscribe(*wish);
  if (const Json* wish = part("unsubscribe")) return Unsubscribe(*wish);
  Close(kNotUnderstood, "send {\"subscribe\": {...}} or {\"unsubscribe\": {...}}");
}

void SocketSession::Subscribe(const Json& wish) {
  for (const char* name : {"job", "sub"}) {
    if (wish.contains(name) && !wish[name].is_string())
      return Close(kNotUnderstood, absl::StrCat(name, " is a string"));
  }
  const std::string name = wish.value("sub", wish.value("job", ""));
  if (subscriptions_.count(name) > 0) return Close(kNotUnderstood, absl::StrCat(name, " is subscribed already"));
  if (subscriptions_.size() >= kMaxSubscriptions) {
    return Close(websocket::close_code::try_again_later, "too many subscriptions on one socket");
  }
  const auto request = WatchRequest(*services_.schema, wish);
  if (!request.ok()) return Close(kNotUnderstood, std::string(request.status().message()));
  auto subscription = std::make_shared<Subscription>();
  subscription->name = name;
  subscription->call = services_.upstream->Stream(exchange_.stream().get_executor(), kWatch, *request, metadata_);
  subscriptions_[name] = subscription;
  ++running_;
  asio::co_spawn(exchange_.stream().get_executor(), Feed(std::move(subscription)), asio::detached);
}

void SocketSession::Unsubscribe(const Json& wish) {
  if (!wish.contains("sub") || !wish["sub"].is_string()) return Close(kNotUnderstood, "sub is a string");
  const auto found = subscriptions_.find(wish["sub"].get<std::string>());
  if (found == subscriptions_.end()) return;  // it has just ended
  found->second->call->Cancel();
  subscriptions_.erase(found);
}

asio::awaitable<void> SocketSession::Feed(std::shared_ptr<Subscription> subscription) {
  for (;;) {
    const StreamCall::Got got = co_await subscription->call->Next();
    const auto known = subscriptions_.find(subscription->name);
    const bool ours = known != subscriptions_.end() && known->second == subscription;
    if (closed_ || !ours) break;
    if (got == StreamCall::Got::kEnd) {
      subscriptions_.erase(known);
      OnEnd(*subscription);
      break;
    }
    const bool more = co_await FeedMessage(*subscription, subscription->call->TakeMessage());
    if (!more) break;
  }
  subscription->call->Cancel();
  --running_;
  changed_.cancel();
}

asio::awaitable<bool> SocketSession::FeedMessage(Subscription& subscription, const std::string& binary) {
  const auto* const type = services_.schema->FindMethod(kWatch)->output_type();
  const auto* const snapshot = type->FindFieldByName("snapshot");
  const auto* const events = type->FindFieldByName("events");
  const int seq_field = SequenceField(events->message_type(), "seq");
  const int64_t through = VarintField(binary, SequenceField(type, "through_seq"));
  const std::string head = absl::StrCat("{\"sub\":", Quoted(subscription.name), ",\"seq\":");
  for (const absl::string_view job : BytesFields(binary, snapshot->number())) {
    const auto json = services_.schema->ToJson(snapshot->message_type(), std::string(job));
    if (json.ok()) Send(absl::StrCat(head, through, ",\"snapshot\":", *json, "}"));
  }
  int64_t said = 0;
  for (const absl::string_view event : BytesFields(binary, events->number())) {
    const bool room = co_await Room();
    if (!room) co_return false;
    said = VarintField(event, seq_field);
    const auto json = services_.json->ToJson(events->message_type(), std::string(event));
    if (json.ok()) Send(absl::StrCat(head, said, ",\"event\":", **json, "}"));
  }
  if (said < through) Send(absl::StrCat(head, through, "}"));
  subscription.seq = through;
  co_return true;
}

void SocketSession::OnEnd(const Subscription& subscription) {
  const RpcStatus& status = subscription.call->status();
  const std::string name = Quoted(subscription.name);
  if (status.code == 0) return Send(absl::StrCat("{\"sub\":", name, ",\"seq\":", subscription.seq, ",\"end\":{}}"));
  if (exchange_.draining()) return;  // 1001 says it
  Send(absl::StrCat("{\"sub\":", name, ",\"error\":", StatusJson(*services_.schema, status), "}"));
  if (status.code == google::rpc::OUT_OF_RANGE) Close(kCompacted, subscription.name);
  if (status.code == google::rpc::UNAUTHENTICATED) Close(kNoToken, status.message);
  if (status.code == google::rpc::RESOURCE_EXHAUSTED) Close(websocket::close_code::try_again_later, status.message);
}

}  // namespace pe::gateway
