// `pe-agent attach`: finds or starts the worker and carries bytes between it and standard input and output, until one
// side ends. It holds nothing: when it dies, the worker goes on.
#ifndef SERVER_AGENT_ATTACH_H_
#define SERVER_AGENT_ATTACH_H_

namespace pe::agent {

// Returns the exit code: 0 when standard input ended, 1 with a text on standard error otherwise.
int RunAttach();

}  // namespace pe::agent

#endif  // SERVER_AGENT_ATTACH_H_
