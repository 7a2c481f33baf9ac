// POSIX extended regular expressions by regcomp(3), matched line by line. Thread-compatible.
#ifndef SERVER_AGENT_STEPS_PATTERN_H_
#define SERVER_AGENT_STEPS_PATTERN_H_

#include <regex.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::agent {

class Pattern {
 public:
  // INVALID_ARGUMENT (code BAD_PATTERN) with the library's own words. '^' and '$' match at lines.
  static absl::StatusOr<Pattern> Compile(const std::string& expression);

  bool Matches(absl::string_view text) const;
  // `text` with every match replaced; \1 to \9 are groups, \0 the match, \\ a backslash.
  std::string Replace(const std::string& text, absl::string_view replacement) const;

 private:
  struct Free {
    void operator()(regex_t* regex) const { regfree(regex), delete regex; }
  };
  explicit Pattern(regex_t* regex) : regex_(regex) {}

  std::unique_ptr<regex_t, Free> regex_;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_PATTERN_H_
