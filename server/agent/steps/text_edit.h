// Changes of some lines or one key of a text; all else stays as it is, to the byte. Pure.
// Each returns the new text, equal to the old one when nothing has to change.
#ifndef SERVER_AGENT_STEPS_TEXT_EDIT_H_
#define SERVER_AGENT_STEPS_TEXT_EDIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "provision/v1/step.pb.h"

namespace pe::agent {

absl::StatusOr<std::string> EditLine(const std::string& text, const provision::v1::FileEdit::Line& line);
// Between "# BEGIN MARKER" and "# END MARKER"; BAD_BLOCK when only one of them is there.
absl::StatusOr<std::string> EditBlock(const std::string& text, const provision::v1::FileEdit::Block& block);
absl::StatusOr<std::string> EditReplace(const std::string& text, const provision::v1::FileEdit::Replace& replace);
// Comments, order and the spacing around '=' of the file stay; a section that is missing comes at the end.
absl::StatusOr<std::string> EditIni(const std::string& text, const provision::v1::FileEdit::Ini& ini);

// The edit that is set, JSON (json_document.h) included. INVALID_ARGUMENT when none is.
absl::StatusOr<std::string> EditText(const std::string& text, const provision::v1::FileEdit& edit);

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_TEXT_EDIT_H_
