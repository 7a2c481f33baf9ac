// An answer on systemd's socket: a size that stays what it was said to be, and no read beyond it.
#include "server/agent/system/dbus_message.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto said = pe::agent::DbusSize(bytes);
  if (!said || *said > size) return 0;
  const std::string whole(bytes.substr(0, *said));  // of its own, so that the sanitizer sees its end
  const auto message = pe::agent::DecodeDbus(whole);
  if (*said == 0) FUZZ_CHECK(!message, "no message");
  return 0;
}
