// SocketPipe: a Pipe to an agent that somebody else starts for each connection to a unix socket (a root-owned socket
// unit with Accept=yes that runs `pe-agent attach`), so that the engine itself need not be root.
#ifndef SERVER_TRANSPORT_LOCAL_SOCKET_PIPE_H_
#define SERVER_TRANSPORT_LOCAL_SOCKET_PIPE_H_

#include <string>

#include "server/transport/event_loop.h"
#include "server/transport/pipe.h"

namespace pe::transport {

class SocketPipe final : public Pipe {
 public:
  SocketPipe(EventLoop* loop, std::string path) : loop_(loop), path_(std::move(path)) {}
  ~SocketPipe() override { Stop(); }
  void Run(Program program, PipeEvents* events) override;
  size_t Write(absl::string_view bytes) override;
  std::string host_key() const override { return ""; }

 private:
  void OnEvents(uint32_t events);
  void End(std::string why);
  void Stop();

  EventLoop* const loop_;
  const std::string path_;
  PipeEvents* events_ = nullptr;
  int fd_ = -1;
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_LOCAL_SOCKET_PIPE_H_
