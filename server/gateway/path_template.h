// PathTemplate: the path of a google.api.http rule. The grammar is that of google/api/http.proto:
//
//   Template = "/" Segments [ ":" LITERAL ]     Segments = Segment { "/" Segment }
//   Segment  = "*" | "**" | LITERAL | "{" FieldPath [ "=" Segments ] "}"
//
// `*` takes one segment that is not empty, `**` all that are left, also none; it must come last.
// Immutable after Parse; thread-safe.
#ifndef SERVER_GATEWAY_PATH_TEMPLATE_H_
#define SERVER_GATEWAY_PATH_TEMPLATE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pe::gateway {

// A variable's value, decoded.
struct PathBinding {
  std::string field;  // "resource.name"
  std::string value;
};

class PathTemplate {
 public:
  enum class Kind { kLiteral, kOne, kRest };
  struct Segment {
    Kind kind = Kind::kLiteral;
    std::string literal;
  };
  struct Variable {
    std::string field;
    size_t begin = 0, end = 0;  // its segments: [begin, end)
  };

  // INVALID_ARGUMENT says at which byte it is wrong.
  static absl::StatusOr<PathTemplate> Parse(absl::string_view text);

  // The variables of `path` (segments of SplitPath, undecoded) when it fits, verb included. A path that cannot be
  // decoded fits nothing.
  std::optional<std::vector<PathBinding>> Match(absl::Span<const absl::string_view> path) const;

  // Whether this one is tried before `other`, when a path fits both: with a verb before without; then at the first
  // segment that differs, a literal before `*` before `**`.
  bool MoreSpecificThan(const PathTemplate& other) const;

  const std::string& text() const { return text_; }
  const std::string& verb() const { return verb_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Variable>& variables() const { return variables_; }

 private:
  friend class PathTemplateParser;
  bool Fits(absl::Span<const absl::string_view> path) const;

  std::string text_;
  std::string verb_;
  std::vector<Segment> segments_;
  std::vector<Variable> variables_;
};

}  // namespace pe::gateway

#endif  // SERVER_GATEWAY_PATH_TEMPLATE_H_
