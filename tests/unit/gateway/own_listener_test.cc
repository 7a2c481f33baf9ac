#include "server/gateway/own_listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace pe::gateway {
namespace {

constexpr int64_t kPatience = 60'000'000;

// A loopback listener; the kernel takes connections for it, as for a program whose threads all hang.
class Listener {
 public:
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~Listener() { close(fd_); }

  const std::string& address() const { return address_; }

  // Takes one connection and answers it.
  void Answer(const std::string& text) {
    const int client = accept(fd_, nullptr, nullptr);
    char request[512];
    EXPECT_GT(recv(client, request, sizeof request, 0), 0);
    EXPECT_EQ(send(client, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    close(client);
  }

 private:
  int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string address_;
};

bool AnswersTo(const std::string& text) {
  Listener listener;
  std::thread server([&] { listener.Answer(text); });
  const bool answers = HealthzAnswers(listener.address(), kPatience);
  server.join();
  return answers;
}

TEST(OwnListener, Answers) {
  EXPECT_TRUE(AnswersTo("HTTP/1.1 200 OK\r\n\r\n"));
  EXPECT_FALSE(AnswersTo("HTTP/1.1 503 No\r\n\r\n"));
  EXPECT_FALSE(AnswersTo("HTTP"));
}

TEST(OwnListener, OneThatTakesConnectionsAndSaysNothingDoesNotAnswer) {
  const Listener hanging;
  EXPECT_FALSE(HealthzAnswers(hanging.address(), 50'000));
}

TEST(OwnListener, NobodyThereIsNoAnswer) {
  std::string address;
  { address = Listener().address(); }
  EXPECT_FALSE(HealthzAnswers(address, kPatience));
  EXPECT_FALSE(HealthzAnswers("nonsense", kPatience));
}

}  // namespace
}  // namespace pe::gateway
