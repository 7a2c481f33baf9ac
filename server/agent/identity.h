// Which binary this is: its digest for the engine, a cheap mark for telling two installed agents apart, its version.
#ifndef SERVER_AGENT_IDENTITY_H_
#define SERVER_AGENT_IDENTITY_H_

#include <string>

namespace pe::agent {

// SHA-256 of the running binary: from its name "pe-agent-SHA256", which is checked when it is pushed, else computed.
std::string BinaryDigest();

// Differs between any two binaries; costs a readlink and a stat.
std::string BinaryMark();

// Path of the running binary.
std::string BinaryPath();

// Version of the product.
const char* ProductVersion();

}  // namespace pe::agent

#endif  // SERVER_AGENT_IDENTITY_H_
