#include "server/config/watchdog.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>

namespace pe {
namespace {

// A systemd of our own, that hears what is told.
class WatchdogTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/pe_watchdog.XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    strncpy(address.sun_path, (folder_ + "/s").c_str(), sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "3000", 1);
    unsetenv("WATCHDOG_PID");
  }
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
    close(fd_);
    unlink((folder_ + "/s").c_str());
    rmdir(folder_.c_str());
  }

  std::string Hear(int flags = 0) {
    char text[64];
    const ssize_t size = recv(fd_, text, sizeof text, flags);
    return size < 0 ? "" : std::string(text, static_cast<size_t>(size));
  }

  std::string folder_;
  int fd_ = -1;
};

TEST_F(WatchdogTest, SaysSoAfterEachYes) {
  std::atomic<int> asked = 0;
  const Watchdog watchdog([&asked] { return ++asked > 0; });
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(Hear(), "WATCHDOG=1");
    EXPECT_GE(asked, i);
  }
}

TEST_F(WatchdogTest, SaysNothingAfterANo) {
  std::atomic<int> asked = 0;
  {
    const Watchdog watchdog([&asked] {
      ++asked;
      asked.notify_all();
      return false;
    });
    for (int seen = asked; seen < 5; seen = asked) asked.wait(seen);
  }
  EXPECT_EQ(Hear(MSG_DONTWAIT), "");
}

TEST_F(WatchdogTest, AsksAgainAfterANo) {
  std::atomic<int> asked = 0;
  const Watchdog watchdog([&asked] { return ++asked > 3; });
  EXPECT_EQ(Hear(), "WATCHDOG=1");
  EXPECT_GE(asked, 4);
}

TEST_F(WatchdogTest, IsAskedByItsOwnSystemdOnly) {
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(Watchdog::WantedMicros(), 3000);
  setenv("WATCHDOG_PID", std::to_string(getpid() + 1).c_str(), 1);
  EXPECT_EQ(Watchdog::WantedMicros(), 0);
  unsetenv("WATCHDOG_PID");
  setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_EQ(Watchdog::WantedMicros(), 0);
  unsetenv("WATCHDOG_USEC");
  EXPECT_EQ(Watchdog::WantedMicros(), 0);
}

}  // namespace
}  // namespace pe
