#include "server/agent/journal_format.h"

#include <array>

#include "base/mutant.h"

namespace pe::agent {
namespace {

constexpr size_t kHeader = 8;
constexpr size_t kFixed = 1 + 4 + 4 + 8 + 8;
constexpr size_t kLongestBody = 256 * 1024 * 1024;  // of a plan

template <typename T>
void Put(T value, std::string& out) {
  for (size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
}

template <typename T>
T Take(absl::string_view& from) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  from.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320u : 0);
    table[i] = value;
  }
  return table;
}

}  // namespace

uint32_t Crc32(absl::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = MakeTable();
  uint32_t crc = 0xffffffffu;
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

std::string EncodeRecord(const JournalRecord& record) {
  std::string body;
  Put(static_cast<uint8_t>(record.kind), body);
  Put(record.position, body);
  Put(record.attempt, body);
  Put(record.epoch, body);
  Put(record.seq, body);
  body += record.payload;
  std::string out;
  Put(static_cast<uint32_t>(body.size()), out);
  Put(Crc32(body), out);
  return out + body;
}

JournalContent DecodeJournal(absl::string_view bytes) {
  JournalContent out;
  while (bytes.size() >= kHeader + kFixed) {
    absl::string_view at = bytes;
    const size_t size = Take<uint32_t>(at);
    const uint32_t crc = Take<uint32_t>(at);
    if (size < kFixed || size > kLongestBody || size > at.size() ||
        (Crc32(at.substr(0, size)) != crc && !PE_MUTANT(journal_without_checksum)))
      break;
    absl::string_view body = at.substr(0, size);
    JournalRecord record;
    record.kind = static_cast<JournalRecord::Kind>(Take<uint8_t>(body));
    record.position = Take<int32_t>(body);
    record.attempt = Take<int32_t>(body);
    record.epoch = Take<int64_t>(body);
    record.seq = Take<int64_t>(body);
    record.payload = std::string(body);
    out.records.push_back(std::move(record));
    out.valid_bytes += kHeader + size;
    bytes.remove_prefix(kHeader + size);
  }
  return out;
}

}  // namespace pe::agent
