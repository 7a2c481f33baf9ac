#include "server/engine/secret_box.h"

#include <sodium.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "provision/v1/job.pb.h"

namespace pe {
namespace {

const unsigned char* Bytes(absl::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

}  // namespace

SecretBox::SecretBox(std::string key) : key_(std::move(key)) {
  if (sodium_init() < 0 || key_.size() != crypto_secretbox_KEYBYTES) std::abort();
}

std::string SecretBox::Seal(const SecretValues& values) const {
  provision::v1::Job carrier;  // any message with a map serves
  for (const auto& [name, value] : values) (*carrier.mutable_variables())[name] = value;
  const std::string plain = carrier.SerializeAsString();
  std::string out(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  auto* nonce = reinterpret_cast<unsigned char*>(out.data());
  randombytes_buf(nonce, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(nonce + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(), nonce, Bytes(key_));
  return out;
}

absl::StatusOr<SecretValues> SecretBox::Unseal(absl::string_view sealed) const {
  constexpr size_t kHead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  std::string plain(sealed.size() < kHead ? 0 : sealed.size() - kHead, '\0');
  provision::v1::Job carrier;
  if (sealed.size() < kHead ||
      crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()),
                                 Bytes(sealed) + crypto_secretbox_NONCEBYTES,
                                 sealed.size() - crypto_secretbox_NONCEBYTES, Bytes(sealed), Bytes(key_)) != 0 ||
      !carrier.ParseFromString(plain)) {
    return absl::DataLossError(
        "the sealed secrets cannot be opened: the secret key file is another one, or the data was altered");
  }
  return SecretValues(carrier.variables().begin(), carrier.variables().end());
}

std::string SecretBox::KeyedDigest(absl::string_view bytes) const {
  unsigned char out[crypto_generichash_BYTES];
  crypto_generichash(out, sizeof out, Bytes(bytes), bytes.size(), Bytes(key_), key_.size());
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(out), sizeof out));
}

}  // namespace pe
