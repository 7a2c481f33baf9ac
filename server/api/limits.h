// Every bound of the API, with its reason. What a caller meets at a bound is said beside it.
#ifndef SERVER_API_LIMITS_H_
#define SERVER_API_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace pe {

// A request. A spec may have 1 MiB; the rest is room for 10,000 targets. Beyond it gRPC answers RESOURCE_EXHAUSTED.
inline constexpr int kMaxRequestBytes = 4 << 20;
// Headers of a call: a token and a trace context need far less.
inline constexpr int kMaxMetadataBytes = 16 << 10;
// Calls at once on one connection; a client that wants more opens another connection. HTTP/2 makes it wait.
inline constexpr int kMaxStreamsPerConnection = 100;
// Memory that gRPC may hold for messages of all connections before it stops reading from them.
inline constexpr size_t kTransportMemoryBytes = size_t{512} << 20;

// What an error may carry in its trailers. A client of gRPC refuses trailers over 8 KiB, and binary ones grow by a
// third.
inline constexpr size_t kMaxErrorMessageBytes = 1024;
inline constexpr size_t kMaxErrorDetailBytes = 4096;

// File descriptors. A process that has none left cannot accept, write its database or reach a host; so a connection is
// closed at once when its descriptor's number says that too many are in use. The socket of this machine's owner has
// the last word: a flood on TCP leaves it usable.
inline constexpr int kWantedDescriptors = 65536;  // asked of RLIMIT_NOFILE
inline constexpr int kReservedDescriptors = 512;  // for store, hosts and logs; a quarter of the limit when that is less
inline constexpr int kOwnerDescriptors = 128;     // of what is left, those that only the unix socket gets

// Lists.
inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;
inline constexpr size_t kMaxPageTokenBytes = 1024;
inline constexpr size_t kMaxFilterBytes = 1024;

// Reads of the store wait here for a thread; beyond it RESOURCE_EXHAUSTED with RetryInfo.
inline constexpr int kReadThreads = 2;
inline constexpr int kHistoryThreads = 2;  // for watches, which have one read each at most
inline constexpr size_t kMaxQueuedReads = 2048;

// Watches at once over all connections; beyond it RESOURCE_EXHAUSTED.
inline constexpr int kMaxWatches = 10'000;
// A message of a watch; well below the 4 MiB that clients take by default.
inline constexpr size_t kMaxWatchMessageBytes = 1 << 20;
// Events that one read of history takes; with output of 16 KiB each, 4 MiB.
inline constexpr int kHistoryEvents = 256;
// Live messages that wait for one slow reader; beyond them it reads the store at its own pace.
inline constexpr size_t kMaxLiveMessages = 64;
inline constexpr size_t kMaxLiveBytes = 2 << 20;
// Events of a busy job are collected for this long, so that a watcher gets at most 40 messages a second.
inline constexpr int64_t kWatchPaceMicros = 25'000;
// A quiet watch gets an empty message, so that both ends know that the other lives.
inline constexpr int64_t kHeartbeatMicros = 15'000'000;
// A watcher that has not taken a message for so long is closed (ABORTED, SLOW_READER, with where to resume).
inline constexpr int64_t kStallMicros = 60'000'000;

}  // namespace pe

#endif  // SERVER_API_LIMITS_H_
