// Loop: the agent's one thread for everything but the steps. Each turn: runs take in what has ended, sessions take the
// reports they can send, and then it sleeps until a connection, a step, a timer or a signal wants something.
//
// It ends with its standard streams (Serve), or when nobody has been there and nothing has run for a while (worker).
#ifndef SERVER_AGENT_LOOP_H_
#define SERVER_AGENT_LOOP_H_

#include <atomic>
#include <list>
#include <vector>

#include "base/clock.h"
#include "server/agent/agent.h"
#include "server/agent/session.h"
#include "server/agent/system/unique_fd.h"
#include "server/agent/waker.h"

struct pollfd;

namespace pe::agent {

inline constexpr size_t kMostConnections = 32;

class Loop {
 public:
  struct Options {
    int listener = -1;         // stream socket to accept engines on; -1: none
    int retire_listener = -1;  // a newer agent asks here whether this worker may end; -1: none
    int64_t idle_exit_us = 0;  // without connection and run; 0: never
  };
  // All of them outlive it.
  Loop(Agent& agent, const Clock& clock, const Waker& waker, Options options)
      : agent_(agent), clock_(clock), waker_(waker), options_(options) {}

  // A connection on two descriptors (they may be one), not closed by it. With `vital` the loop ends with it.
  void AddStreams(int in, int out, bool vital);
  // Until its end, as said above, or until `stop` is true after a wake.
  void Run(const std::atomic<bool>& stop);

 private:
  struct Connection {
    Connection(Agent& agent, UniqueFd owned, int in, int out, bool vital)
        : owned(std::move(owned)), in(in), out(out), vital(vital), session(agent) {}
    UniqueFd owned;
    int in;
    int out;
    bool vital;
    bool closed = false;
    Session session;
  };

  void Sleep(MonoMicros next);
  int TimeoutMs(MonoMicros next) const;
  void Read(Connection& connection);
  void Write(Connection& connection);
  void Accept();
  void AnswerRetire();
  // `newest` has been welcomed: ends connections of other engines and of other epochs.
  void DropSuperseded(const Connection& newest);
  void DropClosed();
  bool IdleTooLong() const;

  Agent& agent_;
  const Clock& clock_;
  const Waker& waker_;
  const Options options_;
  std::list<Connection> connections_;
  MonoMicros last_busy_ = 0;
  bool ended_ = false;
};

}  // namespace pe::agent

#endif  // SERVER_AGENT_LOOP_H_
