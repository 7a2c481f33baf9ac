#include "base/random.h"

#include <sodium.h>

#include <cstdlib>

namespace pe {
namespace {

// Crockford's base 32 in lower case: no i, l, o, u.
constexpr char kDigits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void AppendDigits(uint64_t value, int count, std::string& out) {
  for (int i = count - 1; i >= 0; --i) out.push_back(kDigits[(value >> (5 * i)) & 31]);
}

}  // namespace

// Without a source of randomness no identifier or key is safe: better not to run.
SystemRandom::SystemRandom() {
  if (sodium_init() < 0) std::abort();
}

uint64_t SystemRandom::Next() {
  uint64_t value;
  randombytes_buf(&value, sizeof value);
  return value;
}

std::string NewId(int64_t wall_micros, Random& random) {
  std::string out;
  AppendDigits(static_cast<uint64_t>(wall_micros) >> 10, 8, out);  // about a millisecond; 8 digits last 35 years
  AppendDigits(random.Next(), 8, out);
  return out;
}

}  // namespace pe
