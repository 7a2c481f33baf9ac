#include "tests/bench/api/sse_readers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace pe::bench {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr char kTime[] = "\"time\":\"";

int64_t NumberAfter(const std::string& json, const char* key) {
  const size_t at = json.find(key);
  int64_t value = 0;
  if (at == std::string::npos) return 0;
  const size_t begin = at + std::char_traits<char>::length(key);
  return absl::SimpleAtoi(json.substr(begin, json.find('"', begin) - begin), &value) ? value : 0;
}

}  // namespace

int ConnectTo(const std::string& address) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(static_cast<uint16_t>(std::atoi(address.substr(address.rfind(':') + 1).c_str())));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) std::abort();
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

std::string GetRequest(const std::string& path, const std::string& token, const std::string& more) {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ", token, "\r\n", more,
                      "\r\n");
}

SseReaders::SseReaders(const std::string& gateway, const std::string& token, const std::string& job, int count)
    : readers_(static_cast<size_t>(count)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  const std::string request =
      GetRequest(absl::StrCat("/v1/", job, ":watch?after_seq=0"), token, "Accept: text/event-stream\r\n");
  for (Reader& reader : readers_) {
    reader.fd = ConnectTo(gateway);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &reader;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, reader.fd, &wanted) != 0) std::abort();
    if (send(reader.fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      std::abort();
    }
  }
}

SseReaders::~SseReaders() {
  for (const Reader& reader : readers_) close(reader.fd);
  close(epoll_);
}

int64_t SseReaders::bad() const {
  return std::count_if(readers_.begin(), readers_.end(), [](const Reader& reader) { return reader.bad; });
}

void SseReaders::ReadUntil(int64_t seq, Latencies* latencies) {
  const auto waits = [seq](const Reader& reader) { return !reader.bad && reader.seq < seq; };
  std::vector<epoll_event> ready(256);
  while (std::any_of(readers_.begin(), readers_.end(), waits)) {
    const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; ++i) Read(static_cast<Reader*>(ready[static_cast<size_t>(i)].data.ptr), latencies);
  }
}

void SseReaders::Read(Reader* reader, Latencies* latencies) {
  const size_t before = reader->buffer.size();
  reader->buffer.resize(before + kReadBytes);
  const ssize_t got = recv(reader->fd, reader->buffer.data() + before, kReadBytes, MSG_DONTWAIT);
  reader->buffer.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
    reader->bad = true;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, reader->fd, nullptr);
  }
  for (;;) {  // "data: JSON\n\n", with what chunks begin with between them
    const size_t data = reader->buffer.find("data: ");
    const size_t end = data == std::string::npos ? data : reader->buffer.find("\n\n", data);
    if (end == std::string::npos) break;
    OnMessage(reader, reader->buffer.substr(data, end - data), latencies);
    reader->buffer.erase(0, end + 2);
  }
  if (reader->buffer.empty()) reader->buffer.shrink_to_fit();
}

void SseReaders::OnMessage(Reader* reader, const std::string& json, Latencies* latencies) {
  const int64_t now = NowMicros();
  const int64_t from = NumberAfter(json, "\"fromSeq\":\"");
  if (from == 0) return;  // a sign of life
  reader->bad = reader->bad || from != reader->seq + 1;
  reader->seq = NumberAfter(json, "\"throughSeq\":\"");
  ++messages_;
  for (size_t at = json.find(kTime); latencies != nullptr && at != std::string::npos; at = json.find(kTime, at + 1)) {
    const size_t begin = at + sizeof(kTime) - 1;
    absl::Time time;
    std::string error;
    if (absl::ParseTime(absl::RFC3339_full, json.substr(begin, json.find('"', begin) - begin), &time, &error)) {
      latencies->Add(now - absl::ToUnixMicros(time));
    }
  }
}

}  // namespace pe::bench
