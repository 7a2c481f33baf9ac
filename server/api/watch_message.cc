#include "server/api/watch_message.h"

#include <algorithm>
#include <utility>

#include "server/api/limits.h"

namespace pe {
namespace {

using provision::v1::Event;
using provision::v1::WatchFilter;
using provision::v1::WatchResponse;

bool IsAll(const WatchFilter& filter) { return !filter.no_output() && filter.targets().empty(); }

size_t Size(const EventBatch& batch) {
  size_t size = 0;
  for (const Event& event : batch.events) size += event.ByteSizeLong() + 4;
  return size;
}

// Without copying an event: `response` borrows them and must be emptied by Release.
void Borrow(const Event& event, WatchResponse* response) {
  response->mutable_events()->UnsafeArenaAddAllocated(const_cast<Event*>(&event));
}
void Release(WatchResponse* response) {
  while (response->events_size() > 0) response->mutable_events()->UnsafeArenaReleaseLast();
}

// The message's end, as the order of its fields has it.
WatchResponse Tail(int64_t from_seq, int64_t through_seq) {
  WatchResponse tail;
  tail.set_from_seq(from_seq);
  tail.set_through_seq(through_seq);
  return tail;
}

std::shared_ptr<WatchMessage> Serialise(const WatchResponse& response, bool terminal) {
  auto message = std::make_shared<WatchMessage>();
  message->from_seq = response.from_seq();
  message->through_seq = response.through_seq();
  message->terminal = terminal;
  message->size = response.ByteSizeLong();
  message->tail_size = Tail(response.from_seq(), response.through_seq()).ByteSizeLong();
  grpc::Slice slice(message->size);
  response.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  message->bytes = grpc::ByteBuffer(&slice, 1);
  return message;
}

WatchMessagePtr FromBatches(std::vector<std::shared_ptr<const EventBatch>> batches, int64_t after_seq,
                            const WatchFilter& filter) {
  WatchResponse response;
  response.set_from_seq(std::max(after_seq + 1, batches.front()->from_seq));
  response.set_through_seq(batches.back()->through_seq);
  for (const auto& batch : batches) {
    for (const Event& event : batch->events) {
      if (event.seq() > after_seq && Passes(filter, event)) Borrow(event, &response);
    }
  }
  auto message = Serialise(response, batches.back()->terminal);
  Release(&response);
  message->batches = std::move(batches);
  return message;
}

}  // namespace

bool Passes(const WatchFilter& filter, const Event& event) {
  if (IsAll(filter)) return true;
  if (filter.no_output() && (event.has_output() || event.has_output_elided())) return false;
  if (filter.targets().empty() || event.target() < 0) return true;
  return std::find(filter.targets().begin(), filter.targets().end(), event.target()) != filter.targets().end();
}

WatchMessagePtr MakeMessage(const WatchResponse& response, bool terminal) { return Serialise(response, terminal); }

WatchMessagePtr MakeHeartbeat(int64_t through_seq) {
  WatchResponse response;
  response.set_from_seq(through_seq + 1);
  response.set_through_seq(through_seq);
  return Serialise(response, false);
}

std::vector<WatchMessagePtr> MergeBatches(const std::vector<std::shared_ptr<const EventBatch>>& batches) {
  std::vector<WatchMessagePtr> messages;
  std::vector<std::shared_ptr<const EventBatch>> group;
  size_t size = 0;
  const auto close = [&] {
    if (!group.empty()) messages.push_back(FromBatches(std::exchange(group, {}), 0, WatchFilter()));
    size = 0;
  };
  for (const auto& batch : batches) {
    const size_t more = Size(*batch);
    // A batch that does not continue the last one is the reader's to notice, by its range.
    if (!group.empty() && (size + more > kMaxWatchMessageBytes || batch->from_seq != group.back()->through_seq + 1))
      close();
    group.push_back(batch);
    size += more;
  }
  close();
  return messages;
}

WatchMessagePtr JoinMessages(const std::vector<WatchMessagePtr>& messages) {
  auto joined = std::make_shared<WatchMessage>();
  joined->from_seq = messages.front()->from_seq;
  joined->through_seq = messages.back()->through_seq;
  joined->terminal = messages.back()->terminal;
  std::vector<grpc::Slice> slices;
  for (const WatchMessagePtr& message : messages) {
    std::vector<grpc::Slice> whole;
    (void)message->bytes.Dump(&whole);  // shares them
    slices.push_back(whole[0].sub(0, message->size - message->tail_size));
    joined->size += slices.back().size();
    joined->batches.insert(joined->batches.end(), message->batches.begin(), message->batches.end());
  }
  const std::string tail = Tail(joined->from_seq, joined->through_seq).SerializeAsString();
  joined->tail_size = tail.size();
  joined->size += tail.size();
  slices.emplace_back(tail);
  joined->bytes = grpc::ByteBuffer(slices.data(), slices.size());
  return joined;
}

WatchMessagePtr PartOf(const WatchMessage& message, int64_t after_seq, const WatchFilter& filter) {
  return FromBatches(message.batches, after_seq, filter);
}

std::vector<WatchMessagePtr> SplitEvents(std::vector<Event> events, int64_t after_seq, const WatchFilter& filter) {
  std::vector<WatchMessagePtr> messages;
  WatchResponse response;
  response.set_from_seq(after_seq + 1);
  size_t size = 0;
  for (Event& event : events) {
    const int64_t seq = event.seq();
    if (Passes(filter, event)) {
      const size_t more = event.ByteSizeLong() + 4;
      if (size > 0 && size + more > kMaxWatchMessageBytes) {
        messages.push_back(MakeMessage(response, false));
        response.Clear();
        response.set_from_seq(seq);
        size = 0;
      }
      size += more;
      *response.add_events() = std::move(event);
    }
    response.set_through_seq(seq);
  }
  if (!events.empty()) messages.push_back(MakeMessage(response, false));
  return messages;
}

}  // namespace pe
