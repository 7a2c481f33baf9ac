// Replacements that keep large parts of static libraries out of the binary. Each stands for a function of a library
// that the agent links but whose work it does not need; the linker takes the first definition and leaves the library's
// object, and all that hangs on it, where it is. Linked into the static program only.
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

// libsodium: SHA-256 is all the agent uses. Its helpers name these two, which bring in every cipher and curve (190 KB).
extern "C" {

[[noreturn]] void sodium_misuse() { abort(); }

void randombytes_buf(void* const buffer, const size_t size) {
  char* at = static_cast<char*>(buffer);
  for (size_t left = size; left > 0;) {
    const ssize_t n = getrandom(at, left, 0);
    if (n <= 0) continue;  // interrupted
    at += n;
    left -= static_cast<size_t>(n);
  }
}

}  // extern "C"

// libstdc++: the text of an uncaught exception brings in the demangler (60 KB). The agent throws none of its own.
namespace __gnu_cxx {

[[noreturn]] void __verbose_terminate_handler() {
  static constexpr char kText[] = "pe-agent: an unexpected error of a library; this is a bug\n";
  if (write(STDERR_FILENO, kText, sizeof kText - 1) < 0) abort();
  abort();
}

}  // namespace __gnu_cxx
