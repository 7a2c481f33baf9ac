// RunDelivery: what goes to a host so that a run can begin: the blobs of its downloads, then the plan, then RunPlan.
// All but the last in pieces, and never more than a window of them without a sign that the agent has taken them: a Ping
// follows every half of a window, and its Pong says so. A connection holds 8 MiB of frames, a blob may be far larger,
// and a slow host must not fill the engine's memory. Pure; not thread-safe: the engine's loop owns it.
#ifndef SERVER_ENGINE_RUN_DELIVERY_H_
#define SERVER_ENGINE_RUN_DELIVERY_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "provision/agent/v1/agent.pb.h"
#include "server/engine/blob_fetcher.h"

namespace pe {

class RunDelivery {
 public:
  static constexpr size_t kPieceBytes = 512 * 1024;
  static constexpr size_t kWindowBytes = 4 * 1024 * 1024;

  RunDelivery(const provision::agent::v1::Plan& plan, int64_t epoch);

  const std::string& run() const { return run_; }
  // Blobs that must be fetched first: digest -> URL as the plan has it, references to secrets included.
  const std::map<std::string, std::string>& missing() const { return missing_; }
  void Add(const std::string& digest, std::shared_ptr<const Blob> blob);

  // The next frame; nullopt when a blob is missing, the window is full, or all was given out. An error of a blob's file
  // ends the delivery.
  absl::StatusOr<std::optional<provision::agent::v1::Frame>> Next();
  // Every Pong of the connection. True when it opens the window.
  bool OnPong(int64_t nonce);
  bool done() const { return done_; }

 private:
  struct Content {
    std::string digest;
    std::shared_ptr<const Blob> blob;
  };
  absl::StatusOr<provision::agent::v1::Frame> Piece();

  const std::string run_;
  const int64_t epoch_;
  std::map<std::string, std::string> missing_;
  std::deque<Content> contents_;  // the plan's own last
  std::string plan_digest_;
  int64_t offset_ = 0;     // within the first of contents_
  size_t since_ping_ = 0;  // bytes since the last Ping
  int64_t pings_ = 0;      // sent, and answered
  int64_t pongs_ = 0;
  bool done_ = false;
};

}  // namespace pe

#endif  // SERVER_ENGINE_RUN_DELIVERY_H_
