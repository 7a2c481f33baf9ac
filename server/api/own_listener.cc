#include "server/api/own_listener.h"

#include <grpcpp/create_channel.h>

#include <chrono>

#include "health/v1/health.grpc.pb.h"

namespace pe {

bool HealthAnswers(const std::string& target, int64_t timeout_micros) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else an old connection is taken, and nothing is dialled
  const auto stub = grpc::health::v1::Health::NewStub(
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::microseconds(timeout_micros));
  grpc::health::v1::HealthCheckResponse response;
  const grpc::StatusCode code = stub->Check(&context, {}, &response).error_code();
  return code != grpc::StatusCode::DEADLINE_EXCEEDED && code != grpc::StatusCode::UNAVAILABLE;
}

}  // namespace pe
