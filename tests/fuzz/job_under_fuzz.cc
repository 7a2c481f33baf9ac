#include "tests/fuzz/job_under_fuzz.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/engine/fold.h"
#include "server/engine/new_job.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/message_input.h"

namespace pe::fuzz {
namespace {

using provision::agent::v1::Frame;

// Two stages, so that a run can end and another begin; facts of the host go into conditions, paths and texts.
constexpr char kRequest[] = R"(
  spec {
    name: 'web'
    variables { name: 'port' type: INT default: '80' }
    steps { id: 'page' when: "facts.os_id == 'debian'" notify: 'reload'
            file { path: '/srv/page' content: '${facts.hostname} ${vars.port} ${facts.os_version}' mode: '0644' } }
    steps { id: 'each' for_each: 'facts.addresses' exec { argv: ['/bin/true', '${item}'] } on_failure: CONTINUE }
    steps { id: 'elsewhere' on: 'resources/other' exec { argv: ['/bin/true', '${facts.kernel}'] } }
    handlers { id: 'reload' exec { argv: '/bin/true' } }
  }
  targets { inline { address: 'ssh://root@h1' } }
  environment: 'environments/dev'
)";

provision::v1::Job NewJobForFuzz() {
  provision::v1::ProvisionRequest request;
  FUZZ_CHECK(ParseText(kRequest, &request), "the request is a message");
  Inventory inventory;
  inventory.Put(NewResource("resources/other", "ssh://root@other", "environments/dev", 1));
  auto made = MakeJob(request, inventory, {{"environments/dev", {}}}, {{"default", Credential{.name = "default"}}}, 1);
  FUZZ_CHECK(made.ok(), made.status().ToString());
  made->job.set_name("jobs/j1");
  made->job.set_admission(1);
  return made->job;
}

// It is stored, read back and shown, each as the real ones are.
void CheckEvent(const provision::v1::Event& event) {
  provision::v1::Event read;
  FUZZ_CHECK(read.ParseFromString(event.SerializeAsString()), event.ShortDebugString());
  std::string json;
  const auto shown = google::protobuf::util::MessageToJsonString(read, &json);
  FUZZ_CHECK(shown.ok(), shown.ToString() + event.ShortDebugString());
  FUZZ_CHECK(event.warning().code() != "IMPOSSIBLE_EVENT", event.ShortDebugString());
}

}  // namespace

JobUnderFuzz::JobUnderFuzz() {
  static const auto& job = *new provision::v1::Job(NewJobForFuzz());
  machine_ = std::make_unique<JobMachine>(job, std::vector<PrivateRow>{}, MachineLimits{});
  machine_->Create(now());
  Settle();
  Begin();
}

void JobUnderFuzz::Begin() {
  for (const std::string& resource : machine_->Resources()) machine_->OnTicket(resource, std::nullopt, now());
  machine_->Begin(now());
  Settle();
  WaitForConnect();
}

void JobUnderFuzz::Restart() {
  if (terminal_) return;
  std::vector<PrivateRow> rows;
  for (const auto& [key, value] : rows_) rows.push_back({key, value});
  provision::v1::Job stored;
  FUZZ_CHECK(stored.ParseFromString(folded_.SerializeAsString()), folded_.ShortDebugString());
  machine_ = std::make_unique<JobMachine>(stored, rows, MachineLimits{});
  connecting_ = open_ = false;
  Begin();
}

void JobUnderFuzz::OnFrame(Frame frame) {
  mono_ += 1000;
  if (!open_) {
    // The first frame of a connection is Hello; transports see to it.
    if (!connecting_ || !frame.has_hello()) return;
    connecting_ = false;
    open_ = true;
    machine_->OnOpened(0, frame.hello(), {}, now());
  } else if (frame.has_report()) {
    auto& report = *frame.mutable_report();
    int64_t stage = 0, last = 0;
    const std::vector<std::string> row = absl::StrSplit(rows_["run/0"], ' ');
    if (row.size() == 2) (void)(absl::SimpleAtoi(row[0], &stage) && absl::SimpleAtoi(row[1], &last));
    if (report.run().empty()) report.set_run(absl::StrCat("j1/0/", stage));
    if (report.seq() == 0) report.set_seq(last + 1);
    machine_->OnReport(0, report, now());
  } else if (frame.has_refused()) {
    machine_->OnRefused(0, frame.refused(), now());
  } else if (frame.has_secrets_needed()) {
    machine_->OnSecretsNeeded(0, now());
  } else if (frame.has_blob_done() && !frame.blob_done().error().empty()) {
    machine_->OnTargetError(0, "BLOB_REFUSED", frame.blob_done().error(), now());
  }
  Settle();
  WaitForConnect();
}

void JobUnderFuzz::LoseConnection() {
  connecting_ = open_ = false;
  machine_->OnClosed(0, CloseReason{"CONNECTION_LOST", "lost", "", true}, now());
  Settle();
  WaitForConnect();
}

void JobUnderFuzz::Cancel(bool force) {
  machine_->OnCancel(force, now());
  Settle();
  WaitForConnect();
}

void JobUnderFuzz::WaitForConnect() {
  for (int i = 0; i < 1000 && !terminal_ && !connecting_ && !open_; ++i) {
    const auto next = machine_->NextTimer();
    FUZZ_CHECK(next.has_value(), "a job that has not ended, is not connected and waits for nothing");
    mono_ = std::max(mono_, *next);
    machine_->OnTimer(now());
    Settle();
  }
}

void JobUnderFuzz::Settle() {
  MachineOutput out = machine_->Take();
  for (const auto& event : out.events) {
    CheckEvent(event);
    const absl::Status folded = Fold(event, &folded_);
    FUZZ_CHECK(folded.ok(), folded.ToString());
  }
  for (auto& [key, value] : out.private_rows) {
    rows_[key] = value;
    if (value.empty()) rows_.erase(key);
  }
  for (const Effect& effect : out.effects) {
    if (std::holds_alternative<ConnectEffect>(effect)) connecting_ = true, open_ = false;
    if (std::holds_alternative<DisconnectEffect>(effect)) connecting_ = open_ = false;
  }
  terminal_ = terminal_ || out.terminal;
  FUZZ_CHECK(folded_.SerializeAsString() == machine_->job().SerializeAsString() ||
                 folded_.DebugString() == machine_->job().DebugString(),
             folded_.ShortDebugString());
}

}  // namespace pe::fuzz
