// Widths on a terminal.
// Pure; thread-safe.
#ifndef CLIENT_CLI_PROGRESS_COLUMNS_H_
#define CLIENT_CLI_PROGRESS_COLUMNS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pe::cli {

// Columns of one code point: 0 for combining ones, 2 for East Asian wide ones and emoji, 1 otherwise. Near enough: the
// screen has line wrap off, so that a miscount costs a column and not a line.
int ColumnsOf(uint32_t code_point);

// `text` cut to `width` columns, with "..." where something was cut. Escape sequences of ours (CSI ... m) take none,
// and a cut text ends with a reset when it had one.
std::string FitColumns(absl::string_view text, int width);

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_COLUMNS_H_
