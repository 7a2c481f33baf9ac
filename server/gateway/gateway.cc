#include "server/gateway/gateway.h"

#include <grpcpp/channel.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "proto/descriptor_set.h"
#include "server/api/loopback.h"
#include "server/gateway/io_thread.h"
#include "server/gateway/json_cache.h"
#include "server/gateway/limits.h"
#include "server/gateway/metrics.h"
#include "server/gateway/openapi.h"
#include "server/gateway/static_files.h"

namespace pe::gateway {
namespace {

using asio::ip::tcp;

int ConnectionLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur / 4, kMaxConnections));
}

absl::Status Listen(const std::string& text, tcp::acceptor* acceptor) {
  PE_ASSIGN_OR_RETURN(const LoopbackAddress where, ParseLoopback(text));
  const tcp::endpoint endpoint(asio::ip::make_address(where.v6 ? "::1" : where.host), where.port);
  beast::error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(1024, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on ", text, ": ", error.message(), "; choose another address with --http-listen"));
}

}  // namespace

struct Gateway::Impl {
  explicit Impl(UpstreamOptions options) : upstream(std::move(options)), count(ConnectionLimit()) {}

  asio::awaitable<void> Accept();

  std::unique_ptr<ApiSchema> schema;
  std::unique_ptr<JsonCache> json;
  std::unique_ptr<Transcoder> transcoder;
  std::unique_ptr<HostPolicy> hosts;
  std::unique_ptr<StaticFiles> files;
  Upstream upstream;
  Metrics metrics;
  std::string openapi;
  ConnectionCount count;
  Services services;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::unique_ptr<tcp::acceptor> acceptor;  // on the first thread
  std::string address;
  size_t next = 0;  // which thread gets the next connection
};

asio::awaitable<void> Gateway::Impl::Accept() {
  for (;;) {
    IoThread& thread = *threads[next++ % threads.size()];
    tcp::socket socket(thread.context());
    const auto [error] = co_await acceptor->async_accept(socket, kAsTuple);
    if (error == asio::error::operation_aborted || !acceptor->is_open()) break;
    if (error) {  // most likely no descriptors; others must close first
      asio::steady_timer pause(acceptor->get_executor(), std::chrono::milliseconds(50));
      co_await pause.async_wait(kAsTuple);
      continue;
    }
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (count.Enter()) thread.Serve(std::move(socket));
  }
  count.Leave();
}

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(GatewayOptions options) {
  auto impl = std::make_unique<Impl>(UpstreamOptions{options.connect, options.streams_per_channel});
  PE_ASSIGN_OR_RETURN(impl->schema, ApiSchema::Open(ApiDescriptorSet()));
  impl->json = std::make_unique<JsonCache>(impl->schema.get());
  PE_ASSIGN_OR_RETURN(impl->transcoder, Transcoder::Open(impl->schema.get()));
  impl->hosts = std::make_unique<HostPolicy>(options.hosts);
  if (options.web_root.empty()) {
    impl->files = std::make_unique<StaticFiles>(EmbeddedAssets());
  } else {
    PE_ASSIGN_OR_RETURN(impl->files, StaticFiles::Read(options.web_root));
  }
  impl->services = {impl->schema.get(), impl->transcoder.get(), impl->hosts.get(), impl->files.get(),
                    impl->json.get(),   &impl->upstream,        &impl->metrics,    &impl->openapi};
  impl->openapi = OpenApi(impl->transcoder->table(), options.version);
  for (int i = 0; i < std::max(1, options.threads); ++i) {
    impl->threads.push_back(std::make_unique<IoThread>(&impl->services, &impl->count));
  }
  impl->acceptor = std::make_unique<tcp::acceptor>(impl->threads[0]->context());
  PE_RETURN_IF_ERROR(Listen(options.listen, impl->acceptor.get()));
  const tcp::endpoint local = impl->acceptor->local_endpoint();
  const std::string host = local.address().is_v6() ? "[::1]" : local.address().to_string();
  impl->address = absl::StrCat(host, ":", local.port());
  impl->count.Enter();  // the accept loop
  asio::co_spawn(impl->threads[0]->context(), impl->Accept(), asio::detached);
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gateway::~Gateway() { Shutdown(0); }

const std::string& Gateway::address() const { return impl_->address; }

void Gateway::Shutdown(int64_t grace_micros) {
  if (impl_->threads.empty()) return;
  asio::post(impl_->threads[0]->context(), [impl = impl_.get()] { impl->acceptor->close(); });
  for (const auto& thread : impl_->threads) thread->DrainAll();
  if (!impl_->count.WaitForNone(grace_micros)) {
    for (const auto& thread : impl_->threads) thread->CloseAll();
    // What is left waits for the engine's answers, each of which comes within its time.
    impl_->count.WaitForNone(2 * std::chrono::microseconds(kCallTime).count());
  }

  impl_->upstream.WaitForStreams();
  impl_->acceptor = nullptr;
  impl_->threads.clear();
}

}  // namespace pe::gateway
