// What a host says to the engine, frame by frame, against a small job. Input: frames in protobuf's text format with a
// line
// "---" between them; "lost", "restart", "cancel" and "force" are what else happens.
#include "absl/strings/str_split.h"
#include "tests/fuzz/job_under_fuzz.h"
#include "tests/fuzz/message_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  pe::fuzz::JobUnderFuzz job;
  int left = 200;
  for (const absl::string_view part : absl::StrSplit(text, "\n---\n")) {
    if (job.terminal() || --left == 0) break;
    provision::agent::v1::Frame frame;
    if (part == "lost") job.LoseConnection();
    else if (part == "restart") job.Restart();
    else if (part == "cancel" || part == "force") job.Cancel(part == "force");
    else if (pe::fuzz::ParseEither(part, &frame)) job.OnFrame(std::move(frame));
  }
  return 0;
}
