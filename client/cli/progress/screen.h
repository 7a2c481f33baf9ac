// Screen: turns frames into the bytes that make a terminal show them: lines that stay are written once above the frame,
// and of the frame only what changed is written again. Pure; thread-compatible.
#ifndef CLIENT_CLI_PROGRESS_SCREEN_H_
#define CLIENT_CLI_PROGRESS_SCREEN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pe::cli {

struct ScreenSize {
  int width = 80;
  int height = 24;
};

class Screen {
 public:
  // `above`: whole lines that stay. `frame`: replaces the previous frame; empty removes it. Empty when nothing changes.
  // The cursor is at the beginning of the line below the frame before and after.
  std::string Draw(absl::string_view above, std::vector<std::string> frame, ScreenSize size);

 private:
  std::vector<std::string> shown_;
  int width_ = 0;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_PROGRESS_SCREEN_H_
