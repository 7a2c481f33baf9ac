// Rules: allow-lists for texts, one a kind of text. Each returns null when the text is fine, else a static sentence
// that goes on from the quoted text: "'-rf' is not a package name: ...". What a rule lets pass can be given to a
// program as an argument or written as one word or line of a configuration file: no leading '-', no control characters,
// no `..` in a path. Empty texts are wrong; whether a field may be empty is its caller's business. Pure; thread-safe.
#ifndef SERVER_ENGINE_TEXT_RULES_H_
#define SERVER_ENGINE_TEXT_RULES_H_

#include "absl/strings/string_view.h"

namespace pe::rule {

using Rule = const char* (*)(absl::string_view);

// Names of ours.
const char* ServiceName(absl::string_view text);
const char* VariableName(absl::string_view text);
const char* StepId(absl::string_view text);
const char* PlannedStepId(absl::string_view text);  // "web", "page[2]", "libraries.packages"
const char* ResourceId(absl::string_view text);     // "web-1"
const char* ResourceName(absl::string_view text);   // "resources/web-1"
const char* ResourceIdOrName(absl::string_view text);
const char* JobName(absl::string_view text);
const char* EnvironmentName(absl::string_view text);  // "environments/dev"
const char* RequestId(absl::string_view text);
const char* CredentialName(absl::string_view text);
const char* LabelKey(absl::string_view text);
const char* LabelValue(absl::string_view text);     // may be empty
const char* LabelSelector(absl::string_view text);  // "key=value,key=value"
const char* HostKey(absl::string_view text);        // "SHA256:..."

// Packages.
const char* PackageName(absl::string_view text);
const char* PackageVersion(absl::string_view text);  // "1.2-1" or ">=3.0"
const char* Distribution(absl::string_view text);
const char* Release(absl::string_view text);
const char* Architecture(absl::string_view text);
const char* Suite(absl::string_view text);
const char* Component(absl::string_view text);
const char* RepositoryUri(absl::string_view text);  // http, https or file
const char* AptSource(absl::string_view text);      // "deb URI SUITE COMPONENT..."
const char* Fingerprint(absl::string_view text);
const char* PublicKeyBlock(absl::string_view text);
const char* Cve(absl::string_view text);

// Files.
const char* AbsolutePath(absl::string_view text);
const char* BaseName(absl::string_view text);
const char* Mode(absl::string_view text);
const char* Sha256(absl::string_view text);
const char* Pattern(absl::string_view text);  // POSIX extended regular expression
const char* JsonPointer(absl::string_view text);
const char* JsonText(absl::string_view text);

// Accounts and the system.
const char* UserName(absl::string_view text);   // as made by useradd
const char* LoginName(absl::string_view text);  // as found anywhere
const char* Owner(absl::string_view text);      // name or number
const char* PasswordHash(absl::string_view text);
const char* PublicKey(absl::string_view text);  // "TYPE BASE64 [COMMENT]"
const char* UnitName(absl::string_view text);
const char* DropInName(absl::string_view text);
const char* SysctlKey(absl::string_view text);
const char* SysctlFile(absl::string_view text);
const char* EnvironmentVariable(absl::string_view text);
const char* Argument(absl::string_view text);  // of a program; may be empty
const char* Program(absl::string_view text);   // the first one

// Network.
const char* Hostname(absl::string_view text);         // RFC 1123; IPv4 addresses pass too
const char* Host(absl::string_view text);             // name, IPv4 or IPv6 without brackets
const char* Url(absl::string_view text);              // http or https
const char* PlainHttpUrl(absl::string_view text);     // http: the agent has no TLS
const char* HeaderLine(absl::string_view text);       // "Name: value"
const char* ListenAddress(absl::string_view text);    // "[ADDRESS]:PORT"
const char* HostPort(absl::string_view text);         // "HOST:PORT"
const char* PrometheusLabel(absl::string_view text);  // "name=value"

// Text.
const char* OneLine(absl::string_view text);  // no control characters
const char* NoNul(absl::string_view text);

}  // namespace pe::rule

#endif  // SERVER_ENGINE_TEXT_RULES_H_
