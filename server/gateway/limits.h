// Every bound of the gateway, with its reason. What a caller meets at a bound is said beside it.
#ifndef SERVER_GATEWAY_LIMITS_H_
#define SERVER_GATEWAY_LIMITS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pe::gateway {

// Request line and headers: a token and a trace context need far less. 431.
inline constexpr uint32_t kMaxHeaderBytes = 16 << 10;
// A body; the engine's own bound of a request. 413.
inline constexpr uint64_t kMaxBodyBytes = 4 << 20;
// Connections at once, but never more than a quarter of the process' descriptors; one more is closed at once.
inline constexpr int kMaxConnections = 8192;

// Header and body must be there in these times, however slowly their bytes drip; the end of the connection otherwise.
inline constexpr std::chrono::seconds kHeaderTime{10};
inline constexpr std::chrono::seconds kBodyTime{60};
// A connection between two requests.
inline constexpr std::chrono::seconds kIdleTime{75};
// One piece of an answer must be taken in this time; its connection is cut otherwise. While a piece is on its way
// nothing more is read from the engine for it, so a slow reader costs one piece of memory.
inline constexpr std::chrono::seconds kWriteTime{30};
// A call that is not a stream. 504.
inline constexpr std::chrono::seconds kCallTime{60};
// About what a message to one reader costs in processor time. With n streams open, a stream is given at most one
// message each n times that, and what happens meanwhile is in the next one: many readers get larger messages a little
// later, and no queue grows.
inline constexpr std::chrono::microseconds kMessageCost{20};
// How long a stream's first message is awaited before the answer begins without it. Only what comes earlier can still
// choose the HTTP status: an error, or 204 for a browser that comes back after the end.
inline constexpr std::chrono::milliseconds kFirstMessageTime{500};

// WebSocket: one message from the client.
inline constexpr size_t kMaxSocketMessageBytes = 16 << 10;
// Subscriptions on one socket; one more is refused.
inline constexpr size_t kMaxSubscriptions = 64;
// Bytes that wait for a slow socket; subscriptions pause beyond it.
inline constexpr size_t kMaxSocketQueueBytes = 1 << 20;
// Half of it is when a silent peer gets a ping.
inline constexpr std::chrono::seconds kSocketIdleTime{40};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_LIMITS_H_
