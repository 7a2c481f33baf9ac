#include "server/transport/ssh/ssh_session.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "server/transport/host_key.h"

namespace pe::transport {
namespace {

constexpr char kKeyExchange[] =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
    "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512";
constexpr char kCiphers[] =
    "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes128-ctr";
constexpr char kMacs[] = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";

bool SetOptions(ssh_session session, int socket_fd, const SshTarget& target) {
  const auto set = [&](ssh_options_e option, const void* value) {
    return ssh_options_set(session, option, value) == SSH_OK;
  };
  const bool process_config = false;
  const int off = 0, on = 1;
  const unsigned int port = static_cast<unsigned int>(target.port);
  const socket_t fd = socket_fd;
  return set(SSH_OPTIONS_PROCESS_CONFIG, &process_config) && set(SSH_OPTIONS_HOST, target.host.c_str()) &&
         set(SSH_OPTIONS_PORT, &port) && set(SSH_OPTIONS_USER, target.user.c_str()) && set(SSH_OPTIONS_FD, &fd) &&
         set(SSH_OPTIONS_KNOWNHOSTS, "/dev/null") && set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") &&
         set(SSH_OPTIONS_KEY_EXCHANGE, kKeyExchange) && set(SSH_OPTIONS_HOSTKEYS, kHostKeyAlgorithms) &&
         set(SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, kHostKeyAlgorithms) && set(SSH_OPTIONS_CIPHERS_C_S, kCiphers) &&
         set(SSH_OPTIONS_CIPHERS_S_C, kCiphers) && set(SSH_OPTIONS_HMAC_C_S, kMacs) &&
         set(SSH_OPTIONS_HMAC_S_C, kMacs) && set(SSH_OPTIONS_COMPRESSION, "no") &&
         set(SSH_OPTIONS_GSSAPI_DELEGATE_CREDENTIALS, &off) && set(SSH_OPTIONS_NODELAY, &on) &&
         (target.agent_socket.empty() || set(SSH_OPTIONS_IDENTITY_AGENT, target.agent_socket.c_str()));
}

}  // namespace

void SshSession::Free::operator()(ssh_session session) const {
  ssh_disconnect(session);  // also closes the socket
  ssh_free(session);
}

absl::StatusOr<SshSession> SshSession::Make(int socket_fd, const SshTarget& target) {
  ssh_session raw = ssh_new();
  if (raw == nullptr) {
    close(socket_fd);
    return absl::ResourceExhaustedError("no memory for an ssh session");
  }
  SshSession session(raw);
  if (!SetOptions(raw, socket_fd, target)) {
    close(socket_fd);  // libssh owns it only from ssh_connect on
    return absl::InvalidArgumentError(absl::StrCat("libssh refuses an option: ", session.Error()));
  }
  ssh_set_blocking(raw, 0);
  return session;
}

uint32_t SshSession::Events() const {
  const bool writing = (ssh_get_poll_flags(raw()) & SSH_WRITE_PENDING) != 0;
  return writing ? uint32_t{EPOLLIN | EPOLLOUT} : uint32_t{EPOLLIN};
}

absl::StatusOr<std::string> SshSession::HostKey() const {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(raw(), &key) != SSH_OK) return absl::InternalError(Error());
  unsigned char* hash = nullptr;
  size_t size = 0;
  const int hashed = ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size);
  ssh_key_free(key);
  if (hashed != SSH_OK) return absl::InternalError("the host key has no fingerprint");
  char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
  ssh_clean_pubkey_hash(&hash);
  if (text == nullptr) return absl::ResourceExhaustedError("no memory for a fingerprint");
  std::string fingerprint = text;
  ssh_string_free_char(text);
  return fingerprint;
}

void SshSession::MakeSocketNonBlocking() const { fcntl(fd(), F_SETFL, fcntl(fd(), F_GETFL) | O_NONBLOCK); }

}  // namespace pe::transport
