#include "server/transport/pipe.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace pe::transport {

std::string PipeEnd::Describe() const {
  if (broken.has_value()) return broken->message;
  const std::string how = signal != 0      ? absl::StrCat("signal ", signal)
                          : exit_code >= 0 ? absl::StrCat("exit code ", exit_code)
                                           : "the channel was closed";
  const absl::string_view text = absl::StripAsciiWhitespace(error_text);
  return text.empty() ? how : absl::StrCat(how, ": ", text);
}

}  // namespace pe::transport
