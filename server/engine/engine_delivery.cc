// EngineCore: bringing a run to its host: fetch what its downloads name, then send blobs, plan and RunPlan at the
// host's pace.
#include "absl/strings/str_cat.h"
#include "base/redactor.h"
#include "server/engine/engine_core.h"

namespace pe {
namespace {

std::string Redacted(const SecretValues& secrets, absl::string_view text) {
  Redactor redactor;
  for (const auto& [name, value] : secrets) redactor.Add(value);
  return redactor.Text(text);
}

}  // namespace

void EngineCore::SendRun(const JobId& job, Entry& entry, const RunEffect& effect) {
  Link* link = LinkOf(entry, effect.peer);
  if (link == nullptr || link->connection == nullptr) return;
  SendSecrets(entry, effect.peer, effect.plan);
  link->delivery = std::make_unique<RunDelivery>(effect.plan, lease_.epoch);
  FetchBlobs(job, entry, *link);
  Deliver(entry, *link);
}

void EngineCore::FetchBlobs(const JobId& job, Entry& entry, Link& link) {
  const std::map<std::string, std::string> missing = link.delivery->missing();
  if (missing.empty()) return;
  entry.machine->OnFetching(
      link.target(),
      absl::StrCat("the engine fetches ", missing.size(), missing.size() == 1 ? " download" : " downloads"), now());
  Mark(job);
  for (const auto& [digest, url] : missing) {
    BlobFetcher::Done done = [this, inbox = inbox_, id = link.id(), digest = digest](BlobResult result) {
      inbox->Post([this, id, digest, result = std::move(result)] { OnFetched(id, digest, result); });
    };
    provision::v1::StepBody body;
    body.mutable_download()->set_url(url);
    if (blobs_ != nullptr) {
      blobs_->Fetch(ResolveSecrets(body, entry.secrets).download().url(), digest, std::move(done));
    } else {
      done(absl::UnimplementedError("this engine is not set up to download"));
    }
  }
}

void EngineCore::OnFetched(uint64_t id, const std::string& digest, const BlobResult& blob) {
  Link* link = nullptr;
  Entry* entry = EntryOf(id, &link);
  if (entry == nullptr || link->delivery == nullptr) return;
  if (!blob.ok()) {
    entry->machine->OnTargetError(link->target(), "DOWNLOAD_FAILED",
                                  Redacted(entry->secrets, std::string(blob.status().message())), now());
    link->delivery = nullptr;
    return Mark(link->job());
  }
  link->delivery->Add(digest, *blob);
  if (!link->delivery->missing().empty()) return;
  entry->machine->OnFetching(link->target(), "", now());
  Mark(link->job());
  Deliver(*entry, *link);
}

void EngineCore::Deliver(Entry& entry, Link& link) {
  while (!link.delivery->done()) {
    const auto frame = link.delivery->Next();
    if (!frame.ok()) {
      entry.machine->OnTargetError(link.target(), "DOWNLOAD_FAILED", std::string(frame.status().message()), now());
      Mark(link.job());
      break;
    }
    if (!frame->has_value()) return;
    // A connection that takes no more is closed; OnLinkClosed tells the machine, which connects again.
    if (!link.connection->Send(**frame)) {
      link.connection->Close();
      break;
    }
  }
  link.delivery = nullptr;
}

// A run that the host has not been told to begin is stopped here: the host would not know what is meant.
bool EngineCore::Withdraw(const Entry& entry, const CancelRunEffect& effect) {
  Link* link = LinkOf(entry, effect.peer);
  if (link == nullptr || link->delivery == nullptr || link->delivery->run() != effect.run) return false;
  link->delivery = nullptr;
  Post([this, id = link->id()] {
    Link* ended = nullptr;
    Entry* owner = EntryOf(id, &ended);
    if (owner == nullptr) return;
    owner->machine->OnWithdrawn(ended->target(), now());
    Mark(ended->job());
  });
  return true;
}

}  // namespace pe
