// A WatchStream over gRPC, with a time-out on every read. Private to the library.
#ifndef CLIENT_CPP_GRPC_WATCH_STREAM_H_
#define CLIENT_CPP_GRPC_WATCH_STREAM_H_

#include <memory>

#include "client/cpp/watcher.h"
#include "provision/v1/provision_service.grpc.pb.h"

namespace provision::client {

// `context` has its metadata set. `stub` outlives the stream.
std::shared_ptr<WatchStream> OpenGrpcWatchStream(provision::v1::ProvisionService::Stub* stub,
                                                 std::unique_ptr<grpc::ClientContext> context,
                                                 const provision::v1::WatchRequest& request);

}  // namespace provision::client

#endif  // CLIENT_CPP_GRPC_WATCH_STREAM_H_
