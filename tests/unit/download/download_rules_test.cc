// What is refused: other content, too much of it, places where downloads may not go.
#include <netinet/in.h>

#include "tests/unit/download/fixture.h"

namespace pe {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Rules : public DownloadTest {};

TEST_F(Rules, OtherContentIsRefusedAndNotKept) {
  TestHttpServer server([](const HttpRequest& request) { return TestHttpServer::Content(request, "other"); });
  const std::string text = Text(Get(server.Url("/a?token=canary"), Sha256Hex("wanted")));
  EXPECT_THAT(text, HasSubstr("DATA_LOSS"));
  EXPECT_THAT(text, HasSubstr("its SHA-256 is " + Sha256Hex("other")));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
  EXPECT_THAT(Cached(), IsEmpty());
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Rules, TooMuchIsRefusedWhetherAnnouncedOrNot) {
  options_.max_blob_bytes = 1000;
  TestHttpServer server([](const HttpRequest& request) {
    return HttpResponse{.body = std::string(request.path == "/fits" ? 1000 : 1001, 'x'),
                        .say_length = request.path != "/silent"};
  });
  for (const char* path : {"/announced", "/silent"}) {
    EXPECT_THAT(Text(Get(server.Url(path), Sha256Hex(std::string(1001, 'x')))), HasSubstr("larger than 1000 bytes"))
        << path;
  }
  EXPECT_EQ(Text(Get(server.Url("/fits"), Sha256Hex(std::string(1000, 'x')))), std::string(1000, 'x'));
  EXPECT_EQ(Cached().size(), 1u);
}

TEST_F(Rules, LoopbackIsRefusedUnlessItIsAllowed) {
  options_.allow_private = false;
  TestHttpServer server([](const HttpRequest& request) { return TestHttpServer::Content(request, "inside"); });
  const std::string port = std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    const std::string text = Text(Get("http://" + host + ":" + port + "/a", Sha256Hex("inside")));
    EXPECT_THAT(text, HasSubstr("PERMISSION_DENIED")) << host;
    EXPECT_THAT(text, HasSubstr("downloads.allowPrivate")) << host;
  }
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(Rules, ARedirectToAPrivateAddressIsRefused) {
  TestHttpServer inside([](const HttpRequest& request) { return TestHttpServer::Content(request, "inside"); });
  TestHttpServer outside([&](const HttpRequest&) { return TestHttpServer::Redirect(inside.Url("/secret")); });
  options_.allow_private = false;
  options_.may_connect = [&](const sockaddr& address) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port) == outside.port();
  };
  EXPECT_THAT(Text(Get(outside.Url("/a"), Sha256Hex("inside"))),
              HasSubstr("leads to 127.0.0.1, which is not on the public internet"));
  EXPECT_EQ(outside.requests().size(), 1u);
  EXPECT_THAT(inside.requests(), IsEmpty());
}

TEST_F(Rules, ARedirectToAHostThatIsNotListedOrToAFileIsRefused) {
  options_.allow_hosts = {"127.0.0.1"};
  TestHttpServer server([&](const HttpRequest& request) {
    if (request.path == "/file") return TestHttpServer::Redirect("file:///etc/passwd");
    return TestHttpServer::Redirect("http://localhost:1/");
  });
  EXPECT_THAT(Text(Get(server.Url("/other"), Sha256Hex("x"))), HasSubstr("downloads from 'localhost' are not allowed"));
  EXPECT_THAT(Text(Get(server.Url("/file"), Sha256Hex("x"))), HasSubstr("not an http or https URL"));
  EXPECT_THAT(Text(Get("http://localhost:1/", Sha256Hex("x"))), HasSubstr("not allowed"));
}

TEST_F(Rules, FiveRedirectsAreFollowedAndNoMore) {
  TestHttpServer server([&](const HttpRequest& request) {
    const int left = std::stoi(request.path.substr(1));
    return left == 0 ? TestHttpServer::Content(request, "end")
                     : TestHttpServer::Redirect("/" + std::to_string(left - 1));
  });
  EXPECT_EQ(Text(Get(server.Url("/5"), Sha256Hex("end"))), "end");
  EXPECT_THAT(Text(Get(server.Url("/6"), Sha256Hex("another"))), HasSubstr("redirects once more after 5 redirects"));
}

TEST_F(Rules, ABadDigestAndABadUrlAreAnsweredAtOnce) {
  EXPECT_THAT(Text(Get("http://127.0.0.1:1/", "../../etc/passwd")), HasSubstr("not 64 lower-case hex digits"));
  EXPECT_THAT(Text(Get("file:///etc/passwd", Sha256Hex("x"))), HasSubstr("not an http or https URL"));
}

TEST_F(Rules, ALongQueueIsRefusedAndSaysSo) {
  std::promise<void> go;
  std::shared_future<void> gone(go.get_future());
  options_.threads = 1;
  options_.max_waiting = 2;
  std::promise<void> asked;
  TestHttpServer server([&](const HttpRequest& request) {
    if (request.path == "/0") asked.set_value();
    gone.wait();
    return TestHttpServer::Content(request, request.path);
  });
  std::vector<std::future<Result>> answers;
  answers.push_back(Ask(server.Url("/0"), Sha256Hex("/0")));
  asked.get_future().wait();
  for (int i = 1; i < 4; ++i)
    answers.push_back(Ask(server.Url("/" + std::to_string(i)), Sha256Hex("/" + std::to_string(i))));
  EXPECT_THAT(Text(answers.back().get()), HasSubstr("too many downloads wait already"));
  go.set_value();
  EXPECT_EQ(Text(answers.front().get()), "/0");
}

}  // namespace
}  // namespace pe
