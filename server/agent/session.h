// Session: the protocol on one connection. Takes bytes, gives bytes; knows no sockets and no threads.
// Thread rule: as Agent's.
#ifndef SERVER_AGENT_SESSION_H_
#define SERVER_AGENT_SESSION_H_

#include <map>
#include <set>
#include <string>

#include "base/frame.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/agent/agent.h"

namespace pe::agent {

inline constexpr size_t kEnoughToSend = 1024 * 1024;  // no more reports are taken while so much waits to be sent

class Session {
 public:
  // Begins with Hello. `agent` outlives it.
  explicit Session(Agent& agent);

  // What came from the engine. An error ends the connection: the other side does not speak the protocol.
  absl::Status OnBytes(absl::string_view bytes);
  // Takes reports that can be sent now into out().
  void Pump();
  // What is to be sent; the caller erases what it has sent.
  std::string& out() { return out_; }

  // Whose it is, once it is welcomed; empty before.
  const std::string& engine_id() const { return engine_id_; }
  int64_t epoch() const { return epoch_; }

 private:
  using Frame = provision::agent::v1::Frame;
  absl::Status OnFrame(const Frame& frame);
  void OnWelcome(const provision::agent::v1::Welcome& welcome);
  void OnRunPlan(const provision::agent::v1::RunPlan& request);
  void OnBlobPart(const provision::agent::v1::BlobPart& part);
  void Refuse(const absl::Status& status, const std::string& run);
  void Send(const Frame& frame);

  Agent& agent_;
  FrameDecoder decoder_;
  std::string out_;
  std::string engine_id_;
  int64_t epoch_ = 0;
  std::map<std::string, provision::agent::v1::Resume> resumes_;  // as the engine asked in Welcome
  std::map<std::string, int64_t> next_seq_;                      // of the runs whose reports go to this connection
  std::set<std::string> asked_for_secrets_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_SESSION_H_
