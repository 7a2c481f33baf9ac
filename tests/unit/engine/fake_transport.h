// FakeTransport: hosts in memory for tests of the engine's loop. Everything happens in the caller's thread, when Pump
// is called: what the engine sent is answered as an agent would.
#ifndef TESTS_UNIT_ENGINE_FAKE_TRANSPORT_H_
#define TESTS_UNIT_ENGINE_FAKE_TRANSPORT_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/transport/transport.h"

namespace pe {

// One host: how it behaves, and what happened on it.
struct FakeHost {
  CloseReason refuse;                                  // when its code is set: connections end with it
  std::string key = "SHA256:" + std::string(43, 'a');  // what it proves; unknown when nothing is pinned, if `check_key`
  bool check_key = false;
  bool hold = false;                      // takes plans and does not report
  bool keeps_undo = false;                // what it changes can be undone
  bool hold_undo = false;                 // takes plans of rollbacks and does not report
  std::string fail_step;                  // this step fails
  std::map<std::string, int> executions;  // step id -> times it was run
  std::vector<std::string> secrets_seen;
  std::vector<std::string> runs;  // every RunPlan, in order
  int connects = 0;
  std::map<std::string, std::string> blobs;  // by digest, the plans too
  int pings = 0;
  bool deaf = false;  // answers no ping
  bool cancelled = false;
  std::map<std::string, std::vector<provision::agent::v1::Report>> journal;  // by run: every report made
  std::string engine_id;
  // A guarded step waits: the rest of its run, and what Hello says of it.
  std::vector<provision::agent::v1::OpenGuard> guards;
  std::function<void()> go_on;
  CloseReason refuse_while_guarded;  // when its code is set: of connections while a guarded step waits
};

class FakeTransport final : public Transport {
 public:
  ~FakeTransport() override;
  FakeHost& host(const std::string& name) { return hosts_[name]; }
  std::unique_ptr<Connection> Connect(const ConnectRequest& request,
                                      std::shared_ptr<ConnectionObserver> observer) override;
  // Answers everything outstanding; false when there was nothing.
  bool Pump();
  // Cuts every connection of a host; its journal stays.
  void Cut(const std::string& name);
  // Lets a held run go on to its end.
  void Release(const std::string& name);
  size_t open() const;

 private:
  struct Wire;
  class FakeConnection;
  void End(Wire& wire, const CloseReason& reason);
  void Answer(Wire& wire, const provision::agent::v1::Frame& frame);
  void Execute(Wire& wire, const std::string& run, const provision::agent::v1::Plan& plan, int from = 0,
               bool failed = false);
  void Report(Wire& wire, const std::string& run, provision::agent::v1::Report report);

  std::map<std::string, FakeHost> hosts_;
  std::vector<std::shared_ptr<Wire>> wires_;
  std::map<std::string, std::pair<std::string, provision::agent::v1::Plan>> held_;  // host -> run, plan
};

}  // namespace pe

#endif  // TESTS_UNIT_ENGINE_FAKE_TRANSPORT_H_
