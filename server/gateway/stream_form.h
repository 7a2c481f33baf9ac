// StreamForm: how one protocol writes the messages and the end of a server stream; ForwardStream writes a whole one.
// Thread rule: belongs to the thread of its connection.
#ifndef SERVER_GATEWAY_STREAM_FORM_H_
#define SERVER_GATEWAY_STREAM_FORM_H_

#include <string>

#include "server/gateway/exchange.h"
#include "server/gateway/upstream.h"

namespace pe::gateway {

class StreamForm {
 public:
  virtual ~StreamForm() = default;
  virtual std::string content_type() const = 0;
  // The bytes of one serialized message, and of the end; empty: nothing is written.
  virtual std::string Message(const std::string& binary) = 0;
  virtual std::string End(const RpcStatus& status) = 0;
};

// Begins the answer and writes `call` until its end, one message at a time; `got` is what its first Next brought. A
// client that goes away, or that takes too long for a piece, ends the call.
asio::awaitable<void> ForwardStream(Exchange& exchange, StreamCall& call, StreamForm& form, StreamCall::Got got);

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_STREAM_FORM_H_
