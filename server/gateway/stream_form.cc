#include "server/gateway/stream_form.h"

namespace pe::gateway {

asio::awaitable<void> ForwardStream(Exchange& exchange, StreamCall& call, StreamForm& form, StreamCall::Got got) {
  Headers headers;
  headers.emplace_back("X-Accel-Buffering", "no");  // proxies pass pieces on as they come
  bool taken = co_await exchange.BeginStream(form.content_type(), headers);
  while (taken && got != StreamCall::Got::kEnd) {
    if (got == StreamCall::Got::kMessage) taken = co_await exchange.Write(form.Message(call.TakeMessage()));
    if (taken) got = co_await call.Next();
  }
  // When the gateway stops, the answer is cut: the client comes back, with what it has.
  if (!taken || exchange.draining()) co_return call.Cancel();
  taken = co_await exchange.Write(form.End(call.status()));
  if (taken) co_await exchange.EndStream();
}

}  // namespace pe::gateway
