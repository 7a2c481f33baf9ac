// `rootfs`: a directory of the engine's machine that holds a root file system ("rootfs:///srv/image"). Runs
// `pe-agent rootfs DIR`, which works inside it. Thread rule: as Transport.
#ifndef SERVER_TRANSPORT_ROOTFS_ROOTFS_TRANSPORT_H_
#define SERVER_TRANSPORT_ROOTFS_ROOTFS_TRANSPORT_H_

#include "server/transport/link_set.h"
#include "server/transport/options.h"
#include "server/transport/process_loop.h"
#include "server/transport/transport.h"

namespace pe {

class RootfsTransport final : public Transport {
 public:
  explicit RootfsTransport(TransportOptions options) : options_(std::move(options)) {}
  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;

 private:
  const TransportOptions options_;
  transport::ProcessLoop loop_;
  transport::LinkSet links_;  // goes first
};

}  // namespace pe

#endif  // SERVER_TRANSPORT_ROOTFS_ROOTFS_TRANSPORT_H_
