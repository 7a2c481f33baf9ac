#include "server/transport/ssh/resolver.h"

#include <netdb.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pe::transport {
namespace {

Resolution LookUp(const std::string& host, int port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &found);
  Resolution resolution;
  if (error != 0) {
    resolution.error = gai_strerror(error);
    resolution.retryable = error == EAI_AGAIN;
    return resolution;
  }
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    SocketAddress address{.storage = {}, .length = at->ai_addrlen};
    memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    resolution.addresses.push_back(address);
  }
  freeaddrinfo(found);
  return resolution;
}

}  // namespace

Resolver::Resolver(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Resolver::~Resolver() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  changed_.SignalAll();
  for (std::thread& thread : threads_) thread.join();
  for (Question& question : questions_) question.done({.error = "the engine is stopping", .retryable = true});
}

void Resolver::Resolve(std::string host, int port, Done done) {
  Resolution numeric = LookUp(host, port, AI_NUMERICHOST);
  if (!numeric.addresses.empty()) return done(std::move(numeric));
  {
    MutexLock lock(&mu_);
    questions_.push_back({std::move(host), port, std::move(done)});
  }
  changed_.Signal();
}

void Resolver::Run() {
  for (;;) {
    Question question;
    {
      MutexLock lock(&mu_);
      while (questions_.empty() && !stop_) changed_.Wait(&mu_);
      if (stop_) return;
      question = std::move(questions_.front());
      questions_.pop_front();
    }
    question.done(LookUp(question.host, question.port, AI_ADDRCONFIG));
  }
}

}  // namespace pe::transport
