// SecretBox: seals a job's secret values before they are first written, and keys digests of what holds them.
// Over libsodium (XSalsa20-Poly1305). Thread-safe after construction.
#ifndef SERVER_ENGINE_SECRET_BOX_H_
#define SERVER_ENGINE_SECRET_BOX_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe {

using SecretValues = std::map<std::string, std::string>;  // by variable name

class SecretBox {
 public:
  // `key`: 32 bytes of a 0600 file. REQUIRES: exactly 32.
  explicit SecretBox(std::string key);
  std::string Seal(const SecretValues& values) const;
  // DATA_LOSS when it was sealed with another key or altered.
  absl::StatusOr<SecretValues> Unseal(absl::string_view sealed) const;
  // A digest that tells nothing about `bytes` to one who does not have the key.
  std::string KeyedDigest(absl::string_view bytes) const;

 private:
  const std::string key_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_SECRET_BOX_H_
