// SHA-256 as 64 lower-case hex digits, whole or in pieces. Thread-compatible. Over libsodium.
#ifndef BASE_DIGEST_H_
#define BASE_DIGEST_H_

#include <sodium/crypto_hash_sha256.h>

#include <string>

#include "absl/strings/string_view.h"

namespace pe {

class Sha256 {
 public:
  Sha256();
  void Update(absl::string_view bytes);
  // Ends the computation; the object is not used afterwards.
  std::string Hex();

 private:
  crypto_hash_sha256_state state_;
};

std::string Sha256Hex(absl::string_view bytes);

}  // namespace pe

#endif  // BASE_DIGEST_H_
