#include "storage/commit/event_chunk.h"

#include <google/protobuf/io/coded_stream.h>

namespace pe {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

void AppendEvent(const provision::v1::Event& event, std::vector<EventChunk>& chunks) {
  if (chunks.empty() || chunks.back().bytes.size() >= kMaxChunkBytes ||
      event.seq() - chunks.back().first_seq >= kMaxChunkEvents) {
    chunks.push_back({.first_seq = event.seq()});
  }
  EventChunk& chunk = chunks.back();
  chunk.last_seq = event.seq();
  const uint32_t size = static_cast<uint32_t>(event.ByteSizeLong());
  const size_t begin = chunk.bytes.size();
  chunk.bytes.resize(begin + CodedOutputStream::VarintSize32(size) + size);
  auto* at = reinterpret_cast<uint8_t*>(chunk.bytes.data() + begin);
  event.SerializeWithCachedSizesToArray(CodedOutputStream::WriteVarint32ToArray(size, at));
}

absl::Status ParseChunk(absl::string_view bytes, int64_t first_seq, int64_t after_seq, size_t limit,
                        std::vector<provision::v1::Event>& out) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  int64_t seq = first_seq;
  for (uint32_t size = 0; out.size() < limit && in.BytesUntilTotalBytesLimit() != 0 &&
                          static_cast<size_t>(in.CurrentPosition()) < bytes.size();
       ++seq) {
    const bool sized = in.ReadVarint32(&size);
    const size_t begin = static_cast<size_t>(in.CurrentPosition());
    if (!sized || size > bytes.size() - begin) return absl::DataLossError("an event chunk is cut short");
    if (seq > after_seq && !out.emplace_back().ParseFromArray(bytes.data() + begin, static_cast<int>(size))) {
      return absl::DataLossError("an event chunk holds what is not an event");
    }
    in.Skip(static_cast<int>(size));
  }
  return absl::OkStatus();
}

}  // namespace pe
