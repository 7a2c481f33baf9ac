#include "server/agent/session.h"

#include <algorithm>

#include "base/status.h"

namespace pe::agent {

using provision::agent::v1::Report;

Session::Session(Agent& agent) : agent_(agent) {
  Frame frame;
  *frame.mutable_hello() = agent_.MakeHello();
  Send(frame);
}

absl::Status Session::OnBytes(absl::string_view bytes) {
  decoder_.Append(bytes);
  while (true) {
    absl::string_view message;
    PE_ASSIGN_OR_RETURN(const bool whole, decoder_.Next(&message));
    if (!whole) return absl::OkStatus();
    Frame frame;
    if (!frame.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
      return absl::InvalidArgumentError("a frame cannot be read");
    }
    PE_RETURN_IF_ERROR(OnFrame(frame));
  }
}

absl::Status Session::OnFrame(const Frame& frame) {
  Frame answer;
  switch (frame.kind_case()) {
    case Frame::kPing:
      answer.mutable_pong()->set_nonce(frame.ping().nonce());
      Send(answer);
      return absl::OkStatus();
    case Frame::kPong:
      return absl::OkStatus();
    case Frame::kGatherFacts:
      *answer.mutable_facts_gathered()->mutable_facts() = agent_.GatherFacts();
      Send(answer);
      return absl::OkStatus();
    case Frame::kWelcome:
      OnWelcome(frame.welcome());
      return absl::OkStatus();
    default:
      break;
  }
  if (engine_id_.empty()) {
    Refuse(Refusal("NOT_WELCOMED", "say Welcome first: whose connection is this?"), "");
    return absl::OkStatus();
  }
  switch (frame.kind_case()) {
    case Frame::kBlobPart:
      OnBlobPart(frame.blob_part());
      return absl::OkStatus();
    case Frame::kRunPlan:
      OnRunPlan(frame.run_plan());
      return absl::OkStatus();
    case Frame::kAck:
      agent_.Ack(frame.ack());
      return absl::OkStatus();
    case Frame::kCancelRun:
      Refuse(agent_.CancelRun(frame.cancel_run()), frame.cancel_run().run());
      return absl::OkStatus();
    case Frame::kConfirmGuard:
      agent_.ConfirmGuard(frame.confirm_guard());
      return absl::OkStatus();
    case Frame::kSecrets:
      agent_.SetSecrets(frame.secrets());
      return absl::OkStatus();
    case Frame::kForgetRun:
      Refuse(agent_.ForgetRun(frame.forget_run().run()), frame.forget_run().run());
      if (agent_.FindRun(frame.forget_run().run()) == nullptr) next_seq_.erase(frame.forget_run().run());
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("a frame of a kind that engines do not send");
  }
}

void Session::OnWelcome(const provision::agent::v1::Welcome& welcome) {
  const absl::Status status = agent_.Welcome(welcome);
  if (!status.ok()) return Refuse(status, "");
  engine_id_ = welcome.engine_id();
  epoch_ = welcome.epoch();
  for (const auto& resume : welcome.resume()) {
    resumes_[resume.run()] = resume;
    if (agent_.FindRun(resume.run()) != nullptr) next_seq_[resume.run()] = resume.after_seq() + 1;
  }
}

void Session::OnRunPlan(const provision::agent::v1::RunPlan& request) {
  provision::agent::v1::Resume resume;
  if (const auto found = resumes_.find(request.run()); found != resumes_.end()) resume = found->second;
  const absl::Status status = agent_.RunPlan(request, resume);
  if (!status.ok()) return Refuse(status, request.run());
  next_seq_.try_emplace(request.run(), resume.after_seq() + 1);
}

void Session::OnBlobPart(const provision::agent::v1::BlobPart& part) {
  const std::optional<std::string> end = agent_.blobs().Add(part);
  if (!end) return;
  Frame frame;
  frame.mutable_blob_done()->set_digest(part.digest());
  frame.mutable_blob_done()->set_error(*end);
  Send(frame);
}

void Session::Pump() {
  Frame frame;
  for (auto& [id, seq] : next_seq_) {
    Run* const run = agent_.FindRun(id);
    if (run == nullptr || run->recovered()) continue;
    // What another connection has acknowledged meanwhile is gone: the gap tells the engine to begin anew.
    seq = std::max(seq, run->log().acked_seq() + 1);
    while (out_.size() < kEnoughToSend) {
      std::optional<Report> report = run->log().Get(seq);
      if (!report) break;
      *frame.mutable_report() = *std::move(report);
      Send(frame);
      ++seq;
    }
    if (run->waits_for_secrets() && asked_for_secrets_.insert(id).second) {
      frame.mutable_secrets_needed()->set_run(id);
      Send(frame);
    }
  }
}

void Session::Refuse(const absl::Status& status, const std::string& run) {
  if (status.ok()) return;
  Frame frame;
  frame.mutable_refused()->set_code(RefusalCode(status));
  frame.mutable_refused()->set_message(std::string(status.message()));
  frame.mutable_refused()->set_run(run);
  Send(frame);
}

void Session::Send(const Frame& frame) { AppendFrame(frame.SerializeAsString(), out_); }

}  // namespace pe::agent
