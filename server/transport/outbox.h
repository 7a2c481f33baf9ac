// Outbox: frames that wait to be sent, bounded, and the bytes that are being written.
// Thread rule: Push is thread-safe; the rest is for the loop's thread.
#ifndef SERVER_TRANSPORT_OUTBOX_H_
#define SERVER_TRANSPORT_OUTBOX_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/transport/agent_files.h"

namespace pe::transport {

inline constexpr size_t kMaxWaitingBytes = 8 * 1024 * 1024;

class Outbox {
 public:
  enum class Pushed { kFull, kQueued, kFirst };  // kFirst: nothing waited before, so somebody must be woken

  // A frame waits together with its neighbours, so that many small ones leave in one write.
  Pushed Push(const provision::agent::v1::Frame& frame);

  // Written before all frames: text, then the binary (kept, not copied: many hosts get the same one).
  void SendRaw(absl::string_view text, std::shared_ptr<const AgentBinary> binary);

  // What to write now. Frames come only when `frames_too`. Empty: nothing.
  absl::string_view Current(bool frames_too);
  // So much of Current() was written.
  void Advance(size_t bytes);

 private:
  std::string raw_;
  std::shared_ptr<const AgentBinary> binary_;
  std::string writing_;
  size_t at_ = 0;  // within the first of raw_, binary_, writing_ that there is

  Mutex mu_;
  std::string waiting_ ABSL_GUARDED_BY(mu_);
  size_t in_writing_ ABSL_GUARDED_BY(mu_) = 0;  // bytes of writing_ that are left
};

}  // namespace pe::transport

#endif  // SERVER_TRANSPORT_OUTBOX_H_
