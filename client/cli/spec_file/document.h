// A text file that a person wrote, and what is wrong with it.
// Pure; thread-compatible.
#ifndef CLIENT_CLI_SPEC_FILE_DOCUMENT_H_
#define CLIENT_CLI_SPEC_FILE_DOCUMENT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pe::cli {

// A place in a text; both from 1, columns in bytes. Line 0: the file as a whole.
struct Position {
  int line = 0;
  int column = 0;
  friend bool operator==(const Position&, const Position&) = default;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// One thing that is wrong.
struct Problem {
  Position at;
  std::string field;    // path in proto names, "steps[3].file.path"; empty for the file as a whole
  std::string message;  // what is wrong and what to do
};

struct Document {
  std::string name;  // as it is shown: the path as the user gave it
  std::string text;
};

inline constexpr size_t kMaxDocumentBytes = 1 << 20;

// Reads a file, "-" for standard input. INVALID_ARGUMENT when it cannot be read or is larger than kMaxDocumentBytes.
absl::StatusOr<Document> ReadDocument(const std::string& path);

// The place of the first byte that is not UTF-8 text (NUL is not); line 0 when all is well.
Position FirstNonText(absl::string_view text);

// "file:line:column: field: message", sorted by place, one a line. `with_source`: each followed by the source line and
// a caret. Everything is escaped for a terminal.
std::string FormatProblems(const Document& document, std::vector<Problem> problems, bool with_source);

// Where each field of a message came from in a document.
class FieldPositions {
 public:
  void Set(const std::string& field, Position at) { positions_[field] = at; }
  // The place of `field`, or of the nearest field around it ("steps[3].file" for "steps[3].file.path"); line 0 when
  // there is none.
  Position Find(absl::string_view field) const;

 private:
  std::map<std::string, Position> positions_;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_SPEC_FILE_DOCUMENT_H_
