// How content comes: whole, in pieces, shared, from the cache.
#include <atomic>

#include "tests/unit/download/fixture.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Transfer : public DownloadTest {};

std::string Big() {
  std::string out;
  for (int i = 0; i < 300'000; ++i) out += static_cast<char>(i * 7 + i / 251);
  return out;
}

TEST_F(Transfer, ContentComesIsKeptForItsOwnerAloneAndServedWithoutTheNetwork) {
  TestHttpServer server([](const HttpRequest& request) { return TestHttpServer::Content(request, "hello"); });
  const std::string digest = Sha256Hex("hello");
  EXPECT_EQ(Text(Get(server.Url("/a"), digest)), "hello");
  EXPECT_THAT(Cached(), ElementsAre(digest));
  EXPECT_EQ(std::filesystem::status(blobs() + "/" + digest).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::filesystem::status(blobs()).permissions(), std::filesystem::perms::owner_all);
  EXPECT_EQ(Text(Get(server.Url("/elsewhere"), digest)), "hello");
  Start();
  EXPECT_EQ(Text(Get(server.Url("/a"), digest)), "hello");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Transfer, NothingAtAllIsContentToo) {
  TestHttpServer server([](const HttpRequest&) { return HttpResponse{}; });
  EXPECT_EQ(Text(Get(server.Url("/empty"), Sha256Hex(""))), "");
}

TEST_F(Transfer, ACutTransferGoesOnWhereItEnded) {
  const std::string content = Big();
  std::atomic<int> calls{0};
  TestHttpServer server([&](const HttpRequest& request) {
    HttpResponse out = TestHttpServer::Content(request, content);
    if (++calls < 3) out.cut_after = 100'000;
    return out;
  });
  EXPECT_EQ(Text(Get(server.Url("/a"), Sha256Hex(content))), content);
  ASSERT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(server.requests()[0].range_begin, -1);
  EXPECT_EQ(server.requests()[1].range_begin, 100'000);
  EXPECT_EQ(server.requests()[2].range_begin, 200'000);
}

TEST_F(Transfer, AServerWithoutRangesSendsAllOfItAgain) {
  const std::string content = Big();
  std::atomic<int> calls{0};
  TestHttpServer server([&](const HttpRequest&) {
    HttpResponse out{.body = content};
    if (++calls == 1) out.cut_after = 1000;
    return out;
  });
  EXPECT_EQ(Text(Get(server.Url("/a"), Sha256Hex(content))), content);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(Transfer, ANewProcessGoesOnWithWhatTheOldOneLeft) {
  const std::string content = Big();
  std::atomic<bool> cut{true};
  TestHttpServer server([&](const HttpRequest& request) {
    HttpResponse out = TestHttpServer::Content(request, content);
    if (cut) out.cut_after = 50'000;
    return out;
  });
  options_.attempts = 1;
  EXPECT_THAT(Text(Get(server.Url("/a"), Sha256Hex(content))), HasSubstr("UNAVAILABLE"));
  EXPECT_THAT(Cached(), ElementsAre(Sha256Hex(content) + ".part"));
  Start();
  cut = false;
  EXPECT_EQ(Text(Get(server.Url("/a"), Sha256Hex(content))), content);
  EXPECT_EQ(server.requests().back().range_begin, 50'000);
}

TEST_F(Transfer, TwoHalvesOfDifferentContentAreFetchedAgainAsAWhole) {
  const std::string content = Big();
  std::atomic<int> calls{0};
  TestHttpServer server([&](const HttpRequest& request) {
    if (++calls > 1) return TestHttpServer::Content(request, content);
    HttpResponse old{.body = std::string(content.size(), 'x')};
    old.cut_after = 1000;
    return old;
  });
  EXPECT_EQ(Text(Get(server.Url("/a"), Sha256Hex(content))), content);
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(Transfer, AServersBadMomentPassesAndItsRefusalDoesNot) {
  std::atomic<int> calls{0};
  TestHttpServer server([&](const HttpRequest& request) {
    if (request.path == "/gone") return HttpResponse{.code = 404, .body = "no"};
    return ++calls < 3 ? HttpResponse{.code = 503} : TestHttpServer::Content(request, "late");
  });
  EXPECT_EQ(Text(Get(server.Url("/busy"), Sha256Hex("late"))), "late");
  EXPECT_THAT(Text(Get(server.Url("/gone"), Sha256Hex("never"))), HasSubstr("answered 404; check the URL"));
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(Transfer, RequestsOfOneDigestShareOneDownload) {
  std::promise<void> go;
  std::shared_future<void> gone(go.get_future());
  TestHttpServer server([&](const HttpRequest& request) {
    gone.wait();
    return TestHttpServer::Content(request, "shared");
  });
  std::vector<std::future<Result>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(Ask(server.Url("/a"), Sha256Hex("shared")));
  go.set_value();
  for (auto& answer : answers) EXPECT_EQ(Text(answer.get()), "shared");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Transfer, AnotherUrlOfTheSameDigestHasItsOwnChance) {
  std::promise<void> go;
  std::shared_future<void> gone(go.get_future());
  TestHttpServer server([&](const HttpRequest& request) {
    gone.wait();
    return request.path == "/good" ? TestHttpServer::Content(request, "same") : HttpResponse{.code = 404};
  });
  auto bad = Ask(server.Url("/bad"), Sha256Hex("same"));
  auto good = Ask(server.Url("/good"), Sha256Hex("same"));
  go.set_value();
  EXPECT_THAT(Text(bad.get()), HasSubstr("404"));
  EXPECT_EQ(Text(good.get()), "same");
}

TEST_F(Transfer, ManyAtOnceAllCome) {
  TestHttpServer server(
      [](const HttpRequest& request) { return TestHttpServer::Content(request, "content of " + request.path); });
  std::vector<std::future<Result>> answers;
  for (int i = 0; i < 50; ++i) {
    const std::string path = "/" + std::to_string(i);
    answers.push_back(Ask(server.Url(path), Sha256Hex("content of " + path)));
  }
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Text(answers[i].get()), "content of /" + std::to_string(i));
}

TEST_F(Transfer, TheEndOfTheEngineAnswersEverybody) {
  std::promise<void> go;
  std::shared_future<void> gone(go.get_future());
  std::promise<void> asked;
  options_.threads = 1;
  TestHttpServer server([&](const HttpRequest& request) {
    asked.set_value();
    gone.wait();
    return TestHttpServer::Content(request, "late");
  });
  std::vector<std::future<Result>> answers;
  answers.push_back(Ask(server.Url("/a"), Sha256Hex("a")));
  answers.push_back(Ask(server.Url("/b"), Sha256Hex("b")));
  asked.get_future().wait();
  downloader_.reset();
  for (auto& answer : answers) EXPECT_THAT(Text(answer.get()), HasSubstr("CANCELLED"));
  go.set_value();
}

}  // namespace
}  // namespace pe
