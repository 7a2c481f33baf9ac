// Page tokens. Any text is either refused or is the token that its own cursor gives; a token never serves another list.
#include "absl/strings/string_view.h"
#include "server/api/page_token.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = pe::ReadPageToken("jobs", "state=RUNNING", text);
  FUZZ_CHECK(!read.ok() || pe::MakePageToken("jobs", "state=RUNNING", *read) == text, text);

  const absl::string_view cursor = text.substr(0, 500);
  const std::string token = pe::MakePageToken("jobs", "", cursor);
  const auto back = pe::ReadPageToken("jobs", "", token);
  FUZZ_CHECK(back.ok() && *back == cursor, token);
  if (cursor.empty()) return 0;
  FUZZ_CHECK(!pe::ReadPageToken("resources", "", token).ok(), token);
  FUZZ_CHECK(!pe::ReadPageToken("jobs", "state=FAILED", token).ok(), token);
  std::string altered = token;
  altered[data[0] % altered.size()] ^= 1;
  FUZZ_CHECK(!pe::ReadPageToken("jobs", "", altered).ok(), altered);
  return 0;
}
