// An agent for the transport suite: says Hello, answers Ping, sends every other frame back as it is.
// The file "mode" in PE_AGENT_RUN makes it misbehave: garbage, oversized, protocol, silent, exit, other-digest, deaf.
#include <poll.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/frame.h"
#include "provision/agent/v1/agent.pb.h"

namespace {

using provision::agent::v1::Frame;

void WriteAll(const std::string& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t n = write(1, bytes.data() + at, bytes.size() - at);
    if (n <= 0) exit(0);
    at += static_cast<size_t>(n);
  }
}

void WriteFrame(const Frame& frame) {
  std::string bytes;
  pe::AppendFrame(frame.SerializeAsString(), bytes);
  WriteAll(bytes);
}

std::string FileContent(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Mode() {
  const char* folder = getenv("PE_AGENT_RUN");
  return folder == nullptr ? "" : FileContent(absl::StrCat(folder, "/mode"));
}

// Version tells the pid, so that a test can end what lies between.
Frame Hello(const std::string& mode, int argc, char** argv) {
  Frame frame;
  auto* hello = frame.mutable_hello();
  hello->set_protocol(mode == "protocol" ? 2 : 1);
  hello->set_digest(mode == "other-digest" ? std::string(64, '0') : pe::Sha256Hex(FileContent("/proc/self/exe")));
  hello->set_version(absl::StrCat(getpid()));
  for (int i = 1; i < argc; ++i) hello->add_open_runs()->set_run(argv[i]);
  return frame;
}

// Until the other side is gone, without reading what it sends.
void WaitForEnd() {
  pollfd input{.fd = 0, .events = 0};
  while ((input.revents & (POLLHUP | POLLERR)) == 0) poll(&input, 1, -1);
}

void Echo() {
  pe::FrameDecoder decoder;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t n = read(0, buffer, sizeof buffer);
    if (n <= 0) return;
    decoder.Append(absl::string_view(buffer, static_cast<size_t>(n)));
    absl::string_view message;
    for (;;) {
      const auto complete = decoder.Next(&message);
      if (!complete.ok()) exit(3);
      if (!*complete) break;
      Frame frame;
      if (!frame.ParseFromArray(message.data(), static_cast<int>(message.size()))) exit(4);
      if (frame.has_ping()) {
        const int64_t nonce = frame.ping().nonce();
        frame.mutable_pong()->set_nonce(nonce);
      }
      WriteFrame(frame);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = Mode();
  if (mode == "exit") {
    static_cast<void>(!write(2, "no space for the journal\n", 25));
    return 9;
  }
  if (mode == "garbage") WriteAll("Welcome to this host! Today is a nice day.\n");
  if (mode == "oversized") WriteAll(std::string("\x01\x00\x10\x00", 4));
  if (mode == "silent") WaitForEnd();
  WriteFrame(Hello(mode, argc, argv));
  if (mode == "deaf") WaitForEnd();
  Echo();
}
