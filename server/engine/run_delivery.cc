#include "server/engine/run_delivery.h"

#include "base/digest.h"
#include "base/status.h"

namespace pe {
namespace {

using provision::agent::v1::Frame;

// Apart from the engine's and the transports' pings, which carry a clock or lie far below zero.
constexpr int64_t kFirstNonce = -1'000'000'000;

class TextBlob final : public Blob {
 public:
  explicit TextBlob(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  absl::StatusOr<std::string> Read(int64_t offset, size_t most) const override {
    return bytes_.substr(static_cast<size_t>(offset), most);
  }

 private:
  const std::string bytes_;
};

}  // namespace

RunDelivery::RunDelivery(const provision::agent::v1::Plan& plan, int64_t epoch) : run_(plan.run()), epoch_(epoch) {
  // An observation looks at the host only.
  if (!plan.observe_only()) {
    for (const auto& step : plan.steps()) {
      for (const std::string& digest : step.blobs()) missing_[digest] = step.body().download().url();
    }
  }
  std::string bytes = plan.SerializeAsString();
  plan_digest_ = Sha256Hex(bytes);
  contents_.push_back({plan_digest_, std::make_shared<TextBlob>(std::move(bytes))});
}

void RunDelivery::Add(const std::string& digest, std::shared_ptr<const Blob> blob) {
  if (missing_.erase(digest) > 0) contents_.push_front({digest, std::move(blob)});
}

absl::StatusOr<std::optional<Frame>> RunDelivery::Next() {
  if (done_ || !missing_.empty()) return std::nullopt;
  Frame frame;
  if (contents_.empty()) {
    done_ = true;
    frame.mutable_run_plan()->set_run(run_);
    frame.mutable_run_plan()->set_plan_digest(plan_digest_);
    frame.mutable_run_plan()->set_epoch(epoch_);
    return frame;
  }
  if (since_ping_ >= kWindowBytes / 2) {
    if (pings_ - pongs_ >= 1) return std::nullopt;  // one half is on its way, the other was sent
    since_ping_ = 0;
    frame.mutable_ping()->set_nonce(kFirstNonce - ++pings_);
    return frame;
  }
  PE_ASSIGN_OR_RETURN(frame, Piece());
  return frame;
}

absl::StatusOr<Frame> RunDelivery::Piece() {
  const Content& content = contents_.front();
  Frame frame;
  auto& part = *frame.mutable_blob_part();
  PE_ASSIGN_OR_RETURN(*part.mutable_data(), content.blob->Read(offset_, kPieceBytes));
  part.set_digest(content.digest);
  part.set_offset(offset_);
  part.set_size(content.blob->size());
  offset_ += static_cast<int64_t>(part.data().size());
  since_ping_ += part.data().size();
  if (offset_ == content.blob->size()) {
    contents_.pop_front();
    offset_ = 0;
  }
  return frame;
}

bool RunDelivery::OnPong(int64_t nonce) {
  if (nonce != kFirstNonce - (pongs_ + 1) || pongs_ == pings_) return false;
  ++pongs_;
  return true;
}

}  // namespace pe
