// Conversion between microseconds and protobuf's well-known time types.
#ifndef SERVER_ENGINE_PROTO_TIME_H_
#define SERVER_ENGINE_PROTO_TIME_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "base/clock.h"

namespace pe {

inline google::protobuf::Timestamp ToTimestamp(WallMicros micros) {
  google::protobuf::Timestamp out;
  out.set_seconds(micros / kMicrosPerSecond);
  out.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
  return out;
}

inline WallMicros ToMicros(const google::protobuf::Timestamp& t) {
  return t.seconds() * kMicrosPerSecond + t.nanos() / 1000;
}

inline google::protobuf::Duration ToDuration(int64_t micros) {
  google::protobuf::Duration out;
  out.set_seconds(micros / kMicrosPerSecond);
  out.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
  return out;
}

inline int64_t ToMicros(const google::protobuf::Duration& d) {
  return d.seconds() * kMicrosPerSecond + d.nanos() / 1000;
}

}  // namespace pe

#endif  // SERVER_ENGINE_PROTO_TIME_H_
