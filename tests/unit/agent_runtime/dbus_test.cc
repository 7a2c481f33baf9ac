#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "server/agent/system/dbus_connection.h"
#include "server/agent/system/unit_source.h"
#include "tests/unit/agent_runtime/temporary_folder.h"

namespace pe::agent {
namespace {

using std::string_literals::operator""s;

// By hand after the specification: each row is eight bytes from the message's begin.
const std::string kGetCall =
    "l\1\0\1"s
    "\x09\0\0\0"s
    "\7\0\0\0"s
    "\x37\0\0\0"s
    "\1\1o\0"s
    "\2\0\0\0/a\0"s
    "\0"s
    "\0\0\0\0"s
    "\2\1s\0"s
    "\3\0\0\0x.Y\0"s
    "\0\0\0\0"s
    "\3\1s\0"s
    "\1\0\0\0G\0"s
    "\0\0"s
    "\0\0\0\0"s
    "\x08\1g\0"s
    "\1s\0"s
    "\0"s
    "\4\0\0\0name\0"s;

std::string Return(uint32_t reply_to, const std::string& signature, const std::string& body) {
  std::string out = "l\2\0\1"s;
  const auto number = [&](uint32_t value) { out.append(reinterpret_cast<const char*>(&value), 4); };
  number(static_cast<uint32_t>(body.size()));
  number(99);
  number(signature.empty() ? 8 : 8 + 4 + 2 + static_cast<uint32_t>(signature.size()));
  out += "\5\1u\0"s;
  number(reply_to);
  if (!signature.empty()) {
    out += "\x08\1g\0"s + static_cast<char>(signature.size()) + signature + "\0"s;
  }
  out.resize((out.size() + 7) / 8 * 8);
  return out + body;
}

std::string Value(const std::string& signature, const std::string& body) {
  const auto message = DecodeDbus(Return(3, signature, body));
  EXPECT_TRUE(message.has_value());
  return message ? message->value() : "(malformed)";
}

// REQUIRES: a body, and so a signature.
std::string Signal(const std::string& member, const std::string& signature, const std::string& body) {
  std::string fields = "\3\1s\0"s;
  const auto number = [](std::string& out, size_t value) {
    const auto narrow = static_cast<uint32_t>(value);
    out.append(reinterpret_cast<const char*>(&narrow), 4);
  };
  number(fields, member.size());
  fields += member + "\0"s;
  fields.resize((fields.size() + 7) / 8 * 8);
  fields += "\x08\1g\0"s + static_cast<char>(signature.size()) + signature + "\0"s;
  std::string out = "l\4\0\1"s;
  for (const size_t value : {body.size(), size_t{5}, fields.size()}) number(out, value);
  out += fields;
  out.resize((out.size() + 7) / 8 * 8);
  return out + body;
}

// The body "uoss" of JobRemoved.
std::string Removed(const std::string& path, const std::string& result) {
  std::string body = "\7\0\0\0"s;
  for (const std::string& text : {path, std::string("x.service"), result}) {
    body.resize((body.size() + 3) / 4 * 4);
    const auto size = static_cast<uint32_t>(text.size());
    body.append(reinterpret_cast<const char*>(&size), 4);
    body += text + "\0"s;
  }
  return body;
}

TEST(DbusMessage, ACallIsWrittenAsSpecified) {
  EXPECT_EQ(EncodeDbus({"/a", "x.Y", "G", {"name"}}, 7), kGetCall);
  EXPECT_EQ(DbusSize(kGetCall), kGetCall.size());
}

TEST(DbusMessage, AListAndFlagsFollowTheTexts) {
  const std::string bytes = EncodeDbus({"/a", "x.Y", "G", {}, {"ab", "c"}, {false, true}}, 7);
  const std::string body = "\x0e\0\0\0\2\0\0\0ab\0\0\1\0\0\0c\0\0\0\0\0\0\0\1\0\0\0"s;
  EXPECT_EQ(bytes.substr(bytes.size() - body.size()), body);
  EXPECT_NE(bytes.find("\1g\0\4asbb\0"s), std::string::npos);
  EXPECT_EQ(DbusSize(bytes), bytes.size());
}

TEST(DbusMessage, ValuesAreText) {
  EXPECT_EQ(Value("s", "\2\0\0\0ok\0"s), "ok");
  EXPECT_EQ(Value("v", "\1s\0\0\2\0\0\0ok\0"s), "ok");
  EXPECT_EQ(Value("v", "\1b\0\0\1\0\0\0"s), "yes");
  EXPECT_EQ(Value("v", "\1u\0\0\7\0\0\0"s), "7");
  EXPECT_EQ(Value("v", "\1t\0\0\0\0\0\0\7\0\0\0\1\0\0\0"s), "4294967303");
  EXPECT_EQ(Value("v", "\2ay\0\2\0\0\0\xAB\1"s), "ab01");
  EXPECT_EQ(Value("v", "\2as\0\0\0\0\0"s), "") << "of a type that nobody asks for";
  EXPECT_EQ(Value("", ""), "");
}

TEST(DbusMessage, ValuesAreReadUpToOneOfAnotherType) {
  using ::testing::ElementsAre;
  const auto removed = DecodeDbus(Signal("JobRemoved", "uoss", Removed("/job/7", "done")));
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->member, "JobRemoved");
  EXPECT_THAT(removed->values, ElementsAre("7", "/job/7", "x.service", "done"));
  EXPECT_THAT(DecodeDbus(Return(3, "bas", "\1\0\0\0\0\0\0\0"s))->values, ElementsAre("yes"));
  EXPECT_FALSE(DecodeDbus(Return(3, "us", "\7\0\0\0\xFF\0\0\0ok\0"s))) << "a later one does not fit";
}

TEST(DbusMessage, WhatIsCutOrTooLongIsMalformed) {
  const std::string whole = Return(3, "s", "\2\0\0\0ok\0"s);
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(DecodeDbus(whole.substr(0, size))) << size;
  EXPECT_FALSE(DecodeDbus(Return(3, "s", "\xFF\0\0\0ok\0"s)));
  EXPECT_FALSE(DecodeDbus(Return(3, "v", "\1s\0\0\xFF\xFF\xFF\xFFok\0"s)));
  std::string big_endian = whole;
  big_endian[0] = 'B';
  EXPECT_EQ(DbusSize(big_endian), 0u);
  EXPECT_EQ(DbusSize(whole.substr(0, 15)), std::nullopt);
}

// A peer that takes one connection, reads until BEGIN and says what it was told to.
class Peer {
 public:
  Peer(std::string path, std::string greeting, std::string answers) : path_(std::move(path)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    listener_.Reset(socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_.get(), 1), 0);
    thread_ = std::thread([this, greeting, answers] {
      const UniqueFd peer(accept(listener_.get(), nullptr, nullptr));
      char byte;
      while (heard_.find("BEGIN\r\n") == std::string::npos && read(peer.get(), &byte, 1) == 1) heard_.push_back(byte);
      const std::string all = greeting + answers;
      EXPECT_EQ(write(peer.get(), all.data(), all.size()), static_cast<ssize_t>(all.size()));
      shutdown(peer.get(), SHUT_WR);
      while (read(peer.get(), &byte, 1) == 1) {
      }
    });
  }
  ~Peer() { thread_.join(); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  UniqueFd listener_;
  std::string heard_;
  std::thread thread_;
};

TEST(UnitSource, AJobEndsWithItsOwnSignal) {
  const auto run = [](const std::string& answers) {
    const TemporaryFolder folder;
    Peer peer(folder.path() + "/socket", "OK 0123\r\n", answers);
    const CancelToken cancel;
    return SystemdUnitSource(peer.path()).RunJob("start", "x.service", cancel);
  };
  const std::string accepted = Return(1, "o", "\6\0\0\0/job/7\0"s);
  const std::string other = Signal("JobRemoved", "uoss", Removed("/job/6", "done"));
  EXPECT_EQ(*run(accepted + other + Signal("JobRemoved", "uoss", Removed("/job/7", "failed"))), "failed");
  EXPECT_TRUE(absl::IsAborted(run(accepted + other).status())) << "the connection ends before the job does";
  EXPECT_TRUE(absl::IsAborted(run("").status())) << "whether it was begun is not known";
  std::string refused = Return(1, "s", "\2\0\0\0no\0"s);
  refused[1] = DbusMessage::kError;
  EXPECT_TRUE(absl::IsUnavailable(run(refused).status()));
  const CancelToken cancel;
  EXPECT_TRUE(absl::IsUnavailable(SystemdUnitSource("/no/socket").RunJob("start", "x.service", cancel).status()));
}

TEST(DbusConnection, MatchesAnswersToCallsAndSkipsSignals) {
  const TemporaryFolder folder;
  std::string signal = Return(2, "s", "\3\0\0\0not\0"s);
  signal[1] = DbusMessage::kSignal;
  Peer peer(folder.path() + "/socket", "OK 0123\r\n",
            signal + Return(2, "s", "\3\0\0\0two\0"s) + Return(1, "s", "\3\0\0\0one\0"s));
  const CancelToken cancel;
  auto connection = DbusConnection::Open(peer.path(), cancel);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const auto answers = connection->Call({{"/a", "x.Y", "A", {}}, {"/a", "x.Y", "B", {}}});
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ((*answers)[0].value(), "one");
  EXPECT_EQ((*answers)[1].value(), "two");
  EXPECT_FALSE(connection->Call({{"/a", "x.Y", "C", {}}}).ok()) << "the peer is gone";
}

TEST(DbusConnection, NonsenseIsAnError) {
  const TemporaryFolder folder;
  const CancelToken cancel;
  {
    Peer peer(folder.path() + "/refuses", "REJECTED EXTERNAL\r\n", "");
    EXPECT_FALSE(DbusConnection::Open(peer.path(), cancel).ok());
  }
  {
    Peer peer(folder.path() + "/nonsense", "OK 0\r\n", std::string(64, 'x'));
    auto connection = DbusConnection::Open(peer.path(), cancel);
    ASSERT_TRUE(connection.ok());
    EXPECT_FALSE(connection->Call({{"/a", "x.Y", "A", {}}}).ok());
  }
  EXPECT_FALSE(DbusConnection::Open(folder.path() + "/nobody", cancel).ok());
}

}  // namespace
}  // namespace pe::agent
