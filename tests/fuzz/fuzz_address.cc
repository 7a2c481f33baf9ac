// Addresses of targets. What is accepted has one spelling, and nothing in it that a command line could take for an
// option.
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "server/engine/address.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = pe::ParseAddress(text);
  if (!address.ok()) {
    FUZZ_CHECK(!address.status().message().empty(), text);
    return 0;
  }
  const std::string canonical = pe::FormatAddress(*address);
  const auto again = pe::ParseAddress(canonical);
  FUZZ_CHECK(again.ok(), canonical);
  FUZZ_CHECK(pe::FormatAddress(*again) == canonical, canonical);
  FUZZ_CHECK(again->host == address->host && again->user == address->user, canonical);
  FUZZ_CHECK(again->port == address->port && again->path == address->path, canonical);
  for (const std::string& part : {address->host, address->user, address->path}) {
    FUZZ_CHECK(!absl::StartsWith(part, "-"), part);
    for (const char c : part) FUZZ_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, part);
  }
  for (const char c : address->host + address->user) FUZZ_CHECK(c != ' ', canonical);
  return 0;
}
