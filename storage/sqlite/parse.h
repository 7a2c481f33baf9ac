// Stored bytes back into messages. DATA_LOSS when they are not what was stored. Pure.
#ifndef STORAGE_SQLITE_PARSE_H_
#define STORAGE_SQLITE_PARSE_H_

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace pe {

// Adds what `bytes` hold to `message`: a message stored in parts is parsed part by part.
inline absl::Status MergeBytes(absl::string_view bytes, google::protobuf::MessageLite& message) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  if (message.MergeFromCodedStream(&in) && in.ConsumedEntireMessage()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("a stored ", message.GetTypeName(), " cannot be read; restore a backup"));
}

}  // namespace pe

#endif  // STORAGE_SQLITE_PARSE_H_
