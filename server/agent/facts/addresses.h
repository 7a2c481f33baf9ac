// Addresses of this host's network interfaces.
#ifndef SERVER_AGENT_FACTS_ADDRESSES_H_
#define SERVER_AGENT_FACTS_ADDRESSES_H_

#include <string>
#include <vector>

namespace pe::agent {

// Those that are neither loopback nor link-local, IPv4 first, each once; at most 64.
std::vector<std::string> HostAddresses();

}  // namespace pe::agent

#endif  // SERVER_AGENT_FACTS_ADDRESSES_H_
