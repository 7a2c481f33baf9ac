// WatchReactor: one Watch call on gRPC. Turns gRPC's, the hub's and the store's notices into WatchState's inputs and
// does what it says. Thread rule: thread-safe; see one_driver.h.
#ifndef SERVER_API_WATCH_REACTOR_H_
#define SERVER_API_WATCH_REACTOR_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>

#include "base/clock.h"
#include "base/id.h"
#include "provision/v1/provision_service.pb.h"
#include "server/api/watch_hub.h"
#include "server/api/watch_state.h"
#include "server/api/work_pool.h"
#include "storage/store.h"

namespace pe {

// What watches work with; all outlive them.
struct WatchParts {
  Store* store = nullptr;
  WatchHub* hub = nullptr;
  WorkPool* reads = nullptr;
  const Clock* clock = nullptr;
  WatchState::Times times;
};

// Starts a watch of an admitted and checked request; the reactor belongs to gRPC from then on.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartWatch(const WatchParts& parts,
                                                       const provision::v1::WatchRequest& request);

// Ends a call at once.
grpc::ServerWriteReactor<grpc::ByteBuffer>* RefuseWatch(const absl::Status& status);

}  // namespace pe

#endif  // SERVER_API_WATCH_REACTOR_H_
