#include "server/agent/steps/path_state.h"

#include <stdio.h>

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/digest.h"
#include "base/status.h"

namespace pe::agent {
namespace {

using Kind = PathState::Kind;

absl::StatusOr<uint32_t> ParseOctal(absl::string_view text) {
  uint32_t value = 0;
  if (text.empty() || text.size() > 5) return absl::DataLossError("not octal");
  for (const char c : text) {
    if (c < '0' || c > '7') return absl::DataLossError("not octal");
    value = value * 8 + static_cast<uint32_t>(c - '0');
  }
  return value;
}

}  // namespace

bool operator==(const PathState& a, const PathState& b) { return ToText(a) == ToText(b); }

std::string ModeText(uint32_t mode) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mode & 07777);
  return text;
}

std::string ToText(const PathState& state) {
  const std::string attributes =
      absl::StrCat(ModeText(state.attributes.mode), " ", state.attributes.uid, " ", state.attributes.gid);
  switch (state.kind) {
    case Kind::kAbsent:
      return "absent";
    case Kind::kFile:
      return absl::StrCat("file ", attributes, " ", state.digest);
    case Kind::kDirectory:
      return absl::StrCat("directory ", attributes);
    case Kind::kLink:
      return absl::StrCat("link ", state.target);
    case Kind::kOther:
      return "other";
  }
  return "other";
}

absl::StatusOr<PathState> ParsePathState(absl::string_view text) {
  PathState state;
  if (text == "absent") return state;
  state.kind = Kind::kOther;
  if (text == "other") return state;
  if (absl::ConsumePrefix(&text, "link ")) {
    state.kind = Kind::kLink;
    state.target = std::string(text);
    return state;
  }
  const std::vector<absl::string_view> words = absl::StrSplit(text, ' ');
  const bool file = words[0] == "file" && words.size() == 5;
  const bool directory = words[0] == "directory" && words.size() == 4;
  if ((!file && !directory) || !absl::SimpleAtoi(words[2], &state.attributes.uid) ||
      !absl::SimpleAtoi(words[3], &state.attributes.gid)) {
    return absl::DataLossError("an undo record holds no state of a path");
  }
  PE_ASSIGN_OR_RETURN(state.attributes.mode, ParseOctal(words[1]));
  state.kind = file ? Kind::kFile : Kind::kDirectory;
  if (file) state.digest = std::string(words[4]);
  return state;
}

absl::StatusOr<PathState> LookAt(FileSystem& files, const std::string& path) {
  PE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, files.Stat(path));
  PathState state;
  if (!info) return state;
  state.attributes = {.mode = info->mode, .uid = info->uid, .gid = info->gid};
  switch (info->type) {
    case FileInfo::Type::kDirectory:
      state.kind = Kind::kDirectory;
      break;
    case FileInfo::Type::kOther:
      state.kind = Kind::kOther;
      break;
    case FileInfo::Type::kSymlink: {
      state.kind = Kind::kLink;
      PE_ASSIGN_OR_RETURN(state.target, files.ReadLink(path));
      break;
    }
    case FileInfo::Type::kRegular: {
      state.kind = Kind::kFile;
      PE_ASSIGN_OR_RETURN(const std::string content, files.Read(path, kMostFileBytes));
      state.digest = Sha256Hex(content);
      break;
    }
  }
  return state;
}

}  // namespace pe::agent
