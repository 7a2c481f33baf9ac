// Rules of our own names, of files and of plain text; the others are in text_rules_host.cc and text_rules_network.cc.
#include "server/engine/text_rules.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/engine/characters.h"

namespace pe::rule {

const char* ServiceName(absl::string_view text) {
  return StartsAs(text, IsLower) && All(text, IsIdCharacter) && text.size() <= 63
             ? nullptr
             : "is not a service name: a lower-case letter, then lower-case letters, digits and '-', at most 63 "
               "characters";
}

const char* VariableName(absl::string_view text) {
  return StartsAs(text, absl::ascii_isalpha) && All(text, IsWord) && text.size() <= 64
             ? nullptr
             : "is not a variable name: a letter, then letters, digits and '_', at most 64 characters";
}

const char* StepId(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsWord(c) || c == '-'; };
  return StartsAs(text, absl::ascii_isalpha) && All(text, allowed) && text.size() <= 64
             ? nullptr
             : "is not a step id: a letter, then letters, digits, '_' and '-', at most 64 characters";
}

const char* PlannedStepId(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsNameCharacter(c) || c == '[' || c == ']'; };
  return StartsAs(text, absl::ascii_isalpha) && All(text, allowed) && text.size() <= 128
             ? nullptr
             : "is not the id of a step, as Status shows it";
}

const char* ResourceId(absl::string_view text) {
  return StartsAs(text, IsLower) && All(text, IsIdCharacter) && text.size() <= 63
             ? nullptr
             : "is not a resource id: a lower-case letter, then lower-case letters, digits and '-', at most 63 "
               "characters";
}

const char* ResourceName(absl::string_view text) {
  return absl::ConsumePrefix(&text, "resources/") && ResourceId(text) == nullptr
             ? nullptr
             : "is not a resource name: resources/ID, with ID a lower-case letter, then lower-case letters, digits and "
               "'-'";
}

const char* ResourceIdOrName(absl::string_view text) {
  absl::ConsumePrefix(&text, "resources/");
  return ResourceId(text);
}

const char* JobName(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; };
  return absl::ConsumePrefix(&text, "jobs/") && !text.empty() && All(text, allowed) && text.size() <= 64
             ? nullptr
             : "is not a job name: jobs/ID, as Provision and List return it";
}

const char* EnvironmentName(absl::string_view text) {
  return absl::ConsumePrefix(&text, "environments/") && ServiceName(text) == nullptr
             ? nullptr
             : "is not an environment: environments/ID, for example environments/dev";
}

const char* RequestId(absl::string_view text) {
  return !text.empty() && All(text, IsNameCharacter) && text.size() <= 64
             ? nullptr
             : "is not a request id: 1 to 64 characters of letters, digits, '.', '_' and '-'";
}

const char* CredentialName(absl::string_view text) {
  return StartsAs(text, absl::ascii_isalnum) && All(text, IsNameCharacter) && text.size() <= 64
             ? nullptr
             : "is not the name of a credential: letters, digits, '.', '_' and '-'; requests never carry keys or paths";
}

const char* LabelKey(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsNameCharacter(c) || c == '/'; };
  return StartsAs(text, absl::ascii_isalpha) && All(text, allowed) && text.size() <= 63
             ? nullptr
             : "is not a label key: a letter, then letters, digits, '.', '_', '-' and '/', at most 63 characters";
}

const char* LabelValue(absl::string_view text) {
  return All(text, IsNameCharacter) && text.size() <= 63
             ? nullptr
             : "is not a label value: letters, digits, '.', '_' and '-', at most 63 characters";
}

const char* LabelSelector(absl::string_view text) {
  for (absl::string_view term : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(absl::StripAsciiWhitespace(term), absl::MaxSplits('=', 1));
    if (!absl::StrContains(term, '=') || LabelKey(pair.first) != nullptr || LabelValue(pair.second) != nullptr) {
      return "is not a label selector: key=value,key=value";
    }
  }
  return nullptr;
}

const char* HostKey(absl::string_view text) {
  return absl::ConsumePrefix(&text, "SHA256:") && text.size() == 43 && All(text, IsBase64)
             ? nullptr
             : "is not a host key fingerprint: SHA256: and 43 characters, as `ssh-keygen -lf` prints it";
}

const char* AbsolutePath(absl::string_view text) {
  if (!absl::StartsWith(text, "/")) return "is not an absolute path: it must begin with '/'";
  if (!All(text, IsPrintable)) return "has a control character, which a path may not have here";
  if (text.size() > 4095) return "is longer than a path may be (4095 bytes)";
  if (text == "/") return nullptr;
  for (const absl::string_view part : absl::StrSplit(text.substr(1), '/')) {
    if (part.empty() || part == "." || part == "..") return "is not a plain path: no empty parts, no '.' and no '..'";
    if (part.size() > 255) return "has a part longer than a file name may be (255 bytes)";
  }
  return nullptr;
}

const char* BaseName(absl::string_view text) {
  return StartsAs(text, absl::ascii_isalnum) && All(text, IsNameCharacter) && text.size() <= 200
             ? nullptr
             : "is not a plain file name: a letter or digit, then letters, digits, '.', '_' and '-'";
}

const char* Mode(absl::string_view text) {
  return (text.size() == 3 || text.size() == 4) && All(text, IsOctal)
             ? nullptr
             : "is not a mode: three or four octal digits, for example \"0644\"";
}

const char* Sha256(absl::string_view text) {
  return text.size() == 64 && All(text, IsHex) ? nullptr : "is not a SHA-256: 64 hex digits";
}

const char* Pattern(absl::string_view text) {
  if (text.empty() || text.size() > 1024) return "is not an expression of 1 to 1024 bytes";
  return All(text, IsPrintableOrTab) ? nullptr : "has a control character; an expression is one line";
}

const char* JsonPointer(absl::string_view text) {
  if (!absl::StartsWith(text, "/")) return "is not a JSON pointer: it begins with '/', for example /log/level";
  return All(text, IsPrintable) ? nullptr : "has a control character, which a JSON pointer may not have here";
}

const char* JsonText(absl::string_view text) {
  return nlohmann::json::accept(text.begin(), text.end())
             ? nullptr
             : "is not JSON; a text is written with its quotes: \"\\\"info\\\"\"";
}

const char* OneLine(absl::string_view text) {
  return All(text, IsPrintableOrTab) ? nullptr : "has a line break or another control character";
}

const char* NoNul(absl::string_view text) { return absl::StrContains(text, '\0') ? "has a NUL byte" : nullptr; }

}  // namespace pe::rule
