// A message from a fuzzer's bytes: in the wire format, or else in protobuf's text format.
#ifndef TESTS_FUZZ_MESSAGE_INPUT_H_
#define TESTS_FUZZ_MESSAGE_INPUT_H_

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>

#include <string>

#include "absl/strings/string_view.h"

namespace pe::fuzz {

inline bool ParseText(absl::string_view text, google::protobuf::Message* message) {
  struct Silent : google::protobuf::io::ErrorCollector {
    void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
  } silent;
  static const auto quiet = google::protobuf::SetLogHandler(nullptr);  // protobuf logs every text that is not UTF-8
  (void)quiet;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  parser.SetRecursionLimit(100);
  // The text format takes what the wire format refuses, such as texts that are not UTF-8: only what can arrive counts.
  return parser.ParseFromString(std::string(text), message) && message->ParseFromString(message->SerializeAsString());
}

inline bool ParseEither(absl::string_view bytes, google::protobuf::Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || ParseText(bytes, message);
}

}  // namespace pe::fuzz

#endif  // TESTS_FUZZ_MESSAGE_INPUT_H_
