// Rules of packages, accounts, units and programs.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/engine/characters.h"
#include "server/engine/text_rules.h"

namespace pe::rule {

const char* PackageName(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsIdCharacter(c) || c == '+' || c == '.'; };
  return StartsAs(text, IsLowerOrDigit) && All(text, allowed) && text.size() >= 2 && text.size() <= 128
             ? nullptr
             : "is not a package name: a lower-case letter or digit, then lower-case letters, digits, '+', '-' and '.'";
}

const char* PackageVersion(absl::string_view text) {
  for (const char* relation : {">=", "<=", ">>", "<<", "="}) {
    if (absl::ConsumePrefix(&text, relation)) break;
  }
  text = absl::StripLeadingAsciiWhitespace(text);
  const auto allowed = [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("+-.~:", static_cast<char>(c));
  };
  return StartsAs(text, absl::ascii_isalnum) && All(text, allowed) && text.size() <= 128
             ? nullptr
             : "is not a version: \"1.2-1\", or a relation (>=, <=, >>, <<, =) and a version, \">=3.0\"";
}

const char* Distribution(absl::string_view text) {
  return StartsAs(text, IsLower) && All(text, IsIdCharacter) && text.size() <= 63
             ? nullptr
             : "is not a distribution: the ID of its os-release, in lower case, for example \"debian\"";
}

const char* Release(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsIdCharacter(c) || c == '.'; };
  return StartsAs(text, IsLowerOrDigit) && All(text, allowed) && text.size() <= 63
             ? nullptr
             : "is not a release: a code name or a number in lower case, for example \"bookworm\" or \"12\"";
}

const char* Architecture(absl::string_view text) {
  return StartsAs(text, IsLower) && All(text, IsIdCharacter) && text.size() <= 32
             ? nullptr
             : "is not a Debian architecture, for example \"amd64\"";
}

const char* Suite(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsNameCharacter(c) || c == '/'; };
  return (StartsAs(text, absl::ascii_isalnum) || text == "./" || text == "/") && All(text, allowed) &&
                 !absl::StrContains(text, "..")
             ? nullptr
             : "is not a suite, for example \"bookworm\" or \"bookworm-security\"";
}

const char* Component(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsNameCharacter(c) || c == '/'; };
  return StartsAs(text, absl::ascii_isalnum) && All(text, allowed) ? nullptr
                                                                   : "is not a component, for example \"main\"";
}

const char* AptSource(absl::string_view text) {
  return absl::StartsWith(text, "deb ") && All(text, IsPrintable)
             ? nullptr
             : "is not a one-line apt source: deb URI SUITE COMPONENT...";
}

const char* Fingerprint(absl::string_view text) {
  return text.size() == 40 && All(text, IsHex) ? nullptr : "is not a fingerprint: 40 hex digits without spaces";
}

const char* PublicKeyBlock(absl::string_view text) {
  return absl::StrContains(text, "-----BEGIN PGP PUBLIC KEY BLOCK-----") &&
                 absl::StrContains(text, "-----END PGP PUBLIC KEY BLOCK-----")
             ? nullptr
             : "is not an ASCII-armoured public key (-----BEGIN PGP PUBLIC KEY BLOCK-----)";
}

const char* Cve(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  return parts.size() == 3 && parts[0] == "CVE" && parts[1].size() == 4 && parts[2].size() >= 4 &&
                 parts[2].size() <= 19 && All(parts[1], absl::ascii_isdigit) && All(parts[2], absl::ascii_isdigit)
             ? nullptr
             : "is not a CVE id, for example \"CVE-2024-3094\"";
}

const char* UserName(absl::string_view text) {
  const auto starts = [](unsigned char c) { return IsLower(c) || c == '_'; };
  absl::string_view body = text;
  absl::ConsumeSuffix(&body, "$");
  const auto allowed = [](unsigned char c) { return IsIdCharacter(c) || c == '_' || c == '.'; };
  return StartsAs(text, starts) && All(body, allowed) && text.size() <= 32
             ? nullptr
             : "is not a name for an account: a lower-case letter or '_', then lower-case letters, digits, '_', '.' "
               "and '-', at most 32 characters";
}

const char* LoginName(absl::string_view text) {
  return StartsAs(text, IsWord) && All(text, IsNameCharacter) && text.size() <= 64
             ? nullptr
             : "is not a login name: letters, digits, '.', '_' and '-'";
}

const char* Owner(absl::string_view text) {
  uint32_t number = 0;
  if (!text.empty() && All(text, absl::ascii_isdigit)) {
    return absl::SimpleAtoi(text, &number) && number != 0xffffffff ? nullptr : "is not the number of a user or group";
  }
  return LoginName(text) == nullptr ? nullptr : "is neither a name nor a number of a user or group";
}

const char* PasswordHash(absl::string_view text) {
  const auto allowed = [](unsigned char c) { return IsVisible(c) && c != ':'; };
  return !text.empty() && All(text, allowed) && (text[0] == '$' || text[0] == '!' || text[0] == '*') &&
                 text.size() <= 512
             ? nullptr
             : "is not a password hash in crypt(5) form (\"$y$...\", \"$6$...\"), nor \"!\" or \"*\" for none";
}

const char* PublicKey(absl::string_view text) {
  static constexpr std::array kTypes = {"ssh-ed25519",
                                        "ssh-rsa",
                                        "ecdsa-sha2-nistp256",
                                        "ecdsa-sha2-nistp384",
                                        "ecdsa-sha2-nistp521",
                                        "sk-ssh-ed25519@openssh.com",
                                        "sk-ecdsa-sha2-nistp256@openssh.com"};
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(' ', 2));
  bool known = false;
  for (const char* type : kTypes) known = known || parts[0] == type;
  const auto allowed = [](unsigned char c) { return IsBase64(c) || c == '='; };
  return known && parts.size() >= 2 && parts[1].size() >= 40 && All(parts[1], allowed) && All(text, IsPrintable) &&
                 text.size() <= 16384
             ? nullptr
             : "is not a public key as in an id_*.pub file: \"ssh-ed25519 AAAA... comment\"";
}

const char* UnitName(absl::string_view text) {
  static constexpr std::array kSuffixes = {".service", ".socket", ".timer",     ".mount", ".target",
                                           ".path",    ".slice",  ".automount", ".swap"};
  bool suffix = false;
  for (const char* known : kSuffixes)
    suffix = suffix || (absl::EndsWith(text, known) && text.size() > absl::string_view(known).size());
  const auto allowed = [](unsigned char c) { return IsNameCharacter(c) || c == ':' || c == '@' || c == '\\'; };
  return suffix && StartsAs(text, IsWord) && All(text, allowed) && text.size() <= 255
             ? nullptr
             : "is not a unit name with its suffix, for example \"nginx.service\"";
}

const char* DropInName(absl::string_view text) {
  return BaseName(text) == nullptr && absl::EndsWith(text, ".conf")
             ? nullptr
             : "is not the name of a drop-in: a plain file name that ends in .conf";
}

const char* SysctlKey(absl::string_view text) {
  return StartsAs(text, IsLower) && All(text, IsNameCharacter) && absl::StrContains(text, ".") &&
                 !absl::StrContains(text, "..") && !absl::EndsWith(text, ".")
             ? nullptr
             : "is not a kernel parameter with dots, for example \"net.ipv4.ip_forward\"";
}

const char* SysctlFile(absl::string_view text) {
  return BaseName(text) == nullptr && absl::EndsWith(text, ".conf")
             ? nullptr
             : "is not a plain file name that ends in .conf; sysctl reads no other";
}

const char* EnvironmentVariable(absl::string_view text) {
  return !StartsAs(text, absl::ascii_isdigit) && !text.empty() && All(text, IsWord)
             ? nullptr
             : "is not the name of an environment variable: letters, digits and '_'";
}

const char* Argument(absl::string_view text) {
  if (text.size() > 131071) return "is longer than the kernel lets an argument be (128 KiB)";
  return NoNul(text);
}

const char* Program(absl::string_view text) {
  if (absl::StartsWith(text, "/")) return AbsolutePath(text);
  return StartsAs(text, IsWord) && All(text, [](unsigned char c) { return IsNameCharacter(c) || c == '+' || c == '@'; })
             ? nullptr
             : "is not a program: an absolute path, or a name without '/' and spaces. Arguments are elements of their "
               "own";
}

}  // namespace pe::rule
