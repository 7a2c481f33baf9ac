#include "tests/simulation/sim_disk.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status.h"
#include "server/agent/journal_format.h"

namespace pe::sim {
namespace {

class SimRunFile final : public agent::RunFile {
 public:
  SimRunFile(SimDisk& disk, std::string run, Mortal& life, Faults& faults)
      : disk_(disk), run_(std::move(run)), life_(life), faults_(faults) {}

  absl::Status Append(absl::string_view bytes, bool durable) override {
    if (life_.dead) return Killed();
    if (faults_.Hit("worker killed before a journal write", 120)) return Die();
    SimDisk::Journal& journal = disk_.journals[run_];
    const absl::string_view part = bytes.substr(0, faults_.Draw(bytes.size()));
    if (faults_.Hit("worker killed within a journal write", 120)) {
      journal.bytes.append(part.data(), part.size());
      return Die();
    }
    if (faults_.Hit("journal write failed", 150)) {
      journal.bytes.append(part.data(), part.size());
      return absl::ResourceExhaustedError("no space left on device");
    }
    journal.bytes.append(bytes.data(), bytes.size());
    if (durable) journal.synced = journal.bytes.size(), journal.named = true;
    if (faults_.Hit("worker killed after a journal write", 120)) return Die();
    return absl::OkStatus();
  }

 private:
  absl::Status Die() {
    life_.Die();
    return Killed();
  }
  SimDisk& disk_;
  const std::string run_;
  Mortal& life_;
  Faults& faults_;
};

class SimUndoStore final : public agent::UndoStore, public agent::UndoSource {
 public:
  SimUndoStore(SimDisk& disk, std::pair<std::string, int> key, provision::v1::StepBody body, Mortal& life)
      : disk_(disk), key_(std::move(key)), body_(std::move(body)), life_(life) {}

  absl::Status Record(absl::string_view record) override {
    if (life_.dead) return Killed();
    SimDisk::Undo& undo = disk_.undo[key_];
    undo.body = body_;
    undo.records.emplace_back(record);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> KeepContent(absl::string_view content) override {
    if (life_.dead) return Killed();
    const std::string digest = Sha256Hex(content);
    disk_.undo[key_].contents[digest] = std::string(content);
    return digest;
  }
  absl::StatusOr<std::string> GetContent(const std::string& digest) override {
    return disk_.undo[key_].contents[digest];
  }

  absl::StatusOr<Kept> Load() override {
    Kept kept;
    const auto found = disk_.undo.find(key_);
    if (found == disk_.undo.end()) return kept;
    const SimDisk::Undo& undo = found->second;
    kept.body = undo.body;
    for (size_t i = undo.records.size() - undo.undone; i > 0; --i) kept.records.push_back(undo.records[i - 1]);
    return kept;
  }
  absl::Status MarkUndone() override {
    if (life_.dead) return Killed();
    ++disk_.undo[key_].undone;
    return absl::OkStatus();
  }
  agent::UndoStore& contents() override { return *this; }

 private:
  SimDisk& disk_;
  const std::pair<std::string, int> key_;
  const provision::v1::StepBody body_;
  Mortal& life_;
};

}  // namespace

absl::Status Killed() { return absl::AbortedError("the process was killed"); }

void SimDisk::PowerCut(Faults& faults) {
  std::erase_if(journals, [](const auto& journal) { return !journal.second.named; });
  for (auto& [run, journal] : journals)
    journal.bytes.resize(journal.synced + faults.Draw(journal.bytes.size() - journal.synced + 1));
}

absl::Status SimBootGuard::Arm() {
  if (life_.dead) return Killed();
  disk_.guarded = true;
  return absl::OkStatus();
}

absl::Status SimRunStore::SaveOwner(const agent::Owner& owner) {
  if (life_.dead) return Killed();
  disk_.owner = owner;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<agent::StoredRun>> SimRunStore::LoadRuns() {
  std::vector<agent::StoredRun> out;
  for (auto& [run, journal] : disk_.journals) {
    const agent::JournalContent content = agent::DecodeJournal(journal.bytes);
    if (content.records.size() < 2) continue;
    journal.bytes.resize(content.valid_bytes);
    journal.synced = std::min(journal.synced, journal.bytes.size());
    out.push_back({.run = run, .journal = journal.bytes});
  }
  return out;
}

absl::StatusOr<std::unique_ptr<agent::RunFile>> SimRunStore::Create(const agent::StoredRun& run) {
  if (life_.dead) return Killed();
  disk_.journals[run.run] = {.bytes = run.journal};
  return std::make_unique<SimRunFile>(disk_, run.run, life_, faults_);
}

absl::StatusOr<std::unique_ptr<agent::RunFile>> SimRunStore::Reopen(const agent::StoredRun& run) {
  if (life_.dead) return Killed();
  return std::make_unique<SimRunFile>(disk_, run.run, life_, faults_);
}

absl::Status SimRunStore::Forget(const std::string& run) {
  if (life_.dead) return Killed();
  disk_.journals.erase(run);
  return absl::OkStatus();
}

std::unique_ptr<agent::UndoStore> SimRunStore::Undo(const std::string& run, int index,
                                                    const provision::v1::StepBody& body) {
  return std::make_unique<SimUndoStore>(disk_, std::pair(run, index), body, life_);
}

std::unique_ptr<agent::UndoSource> SimRunStore::UndoOf(const std::string& run, int index) {
  return std::make_unique<SimUndoStore>(disk_, std::pair(run, index), provision::v1::StepBody(), life_);
}

}  // namespace pe::sim
