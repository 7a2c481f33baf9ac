#include "server/agent/steps/openpgp_key.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/agent/steps/sha1.h"
#include "server/agent/steps/step.h"

namespace pe::agent {
namespace {

constexpr int kSecretKey = 5;
constexpr int kPublicKey = 6;

absl::Status BadKey(absl::string_view why) {
  return StepError(absl::StatusCode::kInvalidArgument, "BAD_KEY", absl::StrCat("this is no OpenPGP public key: ", why),
                   "give what `gpg --armor --export KEY` prints");
}

// The bytes between the armour's blank line and its checksum.
absl::StatusOr<std::string> Dearmour(absl::string_view text) {
  std::string base64;
  enum { kBefore, kHeaders, kBody, kBehind } where = kBefore;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (where == kBefore && line == "-----BEGIN PGP PUBLIC KEY BLOCK-----") where = kHeaders;
    else if (where == kHeaders && line.empty()) where = kBody;
    else if (where == kBody && (absl::StartsWith(line, "=") || absl::StartsWith(line, "-----END"))) where = kBehind;
    else if (where == kBody) absl::StrAppend(&base64, line);
  }
  std::string bytes;
  if (where != kBehind) return BadKey("it has no whole armoured block");
  if (!absl::Base64Unescape(base64, &bytes)) return BadKey("its base64 is damaged");
  return bytes;
}

struct Packet {
  int tag = 0;
  absl::string_view body;
};

// Takes the next packet off `bytes` (RFC 4880, section 4.2). Partial lengths do not occur in keys.
absl::StatusOr<Packet> NextPacket(absl::string_view* bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>((*bytes)[i]); };
  const absl::Status damaged = BadKey("a packet is damaged");
  const unsigned char head = byte(0);
  if ((head & 0x80) == 0) return damaged;
  size_t header = 1;
  uint64_t length = 0;
  const auto take = [&](size_t count) {
    if (bytes->size() < header + count) return false;
    for (size_t i = 0; i < count; ++i) length = length << 8 | byte(header + i);
    header += count;
    return true;
  };
  Packet packet{.tag = (head & 0x40) != 0 ? head & 0x3f : (head >> 2) & 0x0f};
  if ((head & 0x40) == 0) {
    const int kind = head & 3;
    if (kind == 3) length = bytes->size() - 1;
    else if (!take(size_t{1} << kind)) return damaged;
  } else {
    if (!take(1)) return damaged;
    if (length >= 192 && length < 224) {
      const uint64_t high = length - 192;
      length = 0;
      if (!take(1)) return damaged;
      length += (high << 8) + 192;
    } else if (length == 255) {
      length = 0;
      if (!take(4)) return damaged;
    } else if (length >= 224) {
      return damaged;
    }
  }
  if (length > bytes->size() - header) return damaged;
  packet.body = bytes->substr(header, length);
  bytes->remove_prefix(header + length);
  return packet;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Fingerprints(absl::string_view armoured) {
  PE_ASSIGN_OR_RETURN(const std::string bytes, Dearmour(armoured));
  std::vector<std::string> fingerprints;
  for (absl::string_view rest = bytes; !rest.empty();) {
    PE_ASSIGN_OR_RETURN(const Packet packet, NextPacket(&rest));
    if (packet.tag == kSecretKey) return BadKey("it is a secret key; never give that away");
    if (packet.tag != kPublicKey) continue;
    if (packet.body.empty() || packet.body[0] != 4) return BadKey("only version 4 keys are known");
    if (packet.body.size() > 0xffff) return BadKey("a packet is damaged");
    std::string hashed = "\x99";
    hashed += static_cast<char>(packet.body.size() >> 8);
    hashed += static_cast<char>(packet.body.size() & 0xff);
    fingerprints.push_back(Sha1Hex(absl::StrCat(hashed, packet.body)));
  }
  if (fingerprints.empty()) return BadKey("it holds no key");
  return fingerprints;
}

}  // namespace pe::agent
