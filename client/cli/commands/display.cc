#include "client/cli/commands/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/output/message_text.h"
#include "client/cli/progress/frame.h"
#include "client/cli/progress/plain.h"
#include "client/cli/progress/screen.h"

namespace pe::cli {
namespace {

class PlainDisplay final : public Display {
 public:
  explicit PlainDisplay(const Context* context) : context_(context) {}
  void Begin(const JobView& view) override { context_->Err(text_.Opening(view.job())); }
  void Batch(const provision::v1::WatchResponse& batch, JobView* view) override {
    std::string text;
    if (batch.has_snapshot()) {
      view->Reset(batch.snapshot());
      text = text_.Opening(view->job());
    }
    text += text_.Apply(batch.events(), view);
    context_->Err(text);
  }
  void Notice(absl::string_view line) override { context_->Err(absl::StrCat("pe: ", line, "\n")); }

 private:
  const Context* const context_;
  PlainText text_{PlainOptions{}};
};

// Events as NDJSON on stdout, for programs; messages go to stderr.
class JsonDisplay final : public Display {
 public:
  explicit JsonDisplay(const Context* context) : context_(context) {}
  void Begin(const JobView&) override {}
  void Batch(const provision::v1::WatchResponse& batch, JobView* view) override {
    std::string out;
    if (batch.has_snapshot()) {
      absl::StrAppend(&out, "{\"snapshot\":", JsonLine(batch.snapshot()), "}\n");
      view->Reset(batch.snapshot());
    }
    for (const auto& event : batch.events()) {
      view->Apply(event);
      absl::StrAppend(&out, JsonLine(event), "\n");
    }
    context_->Out(out);
  }
  void Notice(absl::string_view line) override { context_->Err(absl::StrCat("pe: ", line, "\n")); }

 private:
  const Context* const context_;
};

// Lines that stay above a frame that is redrawn at most ten times a second.
class TerminalDisplay final : public Display {
 public:
  TerminalDisplay(const Context* context, const Clock* clock) : context_(context), clock_(clock) {
    const char* const locale = std::getenv("LC_ALL")     ? std::getenv("LC_ALL")
                               : std::getenv("LC_CTYPE") ? std::getenv("LC_CTYPE")
                                                         : std::getenv("LANG");
    style_.unicode = locale != nullptr && (absl::StrContains(locale, "UTF-8") || absl::StrContains(locale, "utf8"));
    style_.colour = context->err_has_colour();
  }
  void Begin(const JobView& view) override {
    Above(text_.Opening(view.job()));
    Draw(view, clock_->Wall());
  }
  void Batch(const provision::v1::WatchResponse& batch, JobView* view) override {
    if (batch.has_snapshot()) {
      view->Reset(batch.snapshot());
      Above(text_.Opening(view->job()));
    }
    Above(text_.Apply(batch.events(), view));  // shown with the next tick
  }
  void Notice(absl::string_view line) override { Above(absl::StrCat("pe: ", line, "\n")); }
  void Tick(const JobView& view, WallMicros now) override { Draw(view, now); }
  int tick_ms() const override { return 100; }
  void End() override { context_->Err(screen_.Draw(std::exchange(above_, ""), {}, size_)); }

 private:
  void Above(std::string text) { above_ += text; }
  void Draw(const JobView& view, WallMicros now) {
    winsize size = {};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      size_ = {.width = size.ws_col, .height = size.ws_row};
    context_->Err(screen_.Draw(std::exchange(above_, ""), Frame(view, now, size_, style_), size_));
  }

  const Context* const context_;
  const Clock* const clock_;
  PlainText text_{PlainOptions{.brief = true}};
  Screen screen_;
  ScreenSize size_;
  FrameStyle style_;
  std::string above_;  // waits for the next drawing
};

}  // namespace

std::unique_ptr<Display> MakeDisplay(const Context* context, const Clock* clock) {
  const std::string& progress = context->options().progress;
  if (progress == "json") return std::make_unique<JsonDisplay>(context);
  const char* const terminal = std::getenv("TERM");
  const bool able = context->err_is_terminal() && terminal != nullptr && absl::string_view(terminal) != "dumb";
  if (progress == "tty" || (progress == "auto" && able)) return std::make_unique<TerminalDisplay>(context, clock);
  return std::make_unique<PlainDisplay>(context);
}

}  // namespace pe::cli
