// Provisions the host of argv[2] over the engine of argv[1], and follows the job to its end.
#include <client/cpp/connection.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const auto engine = provision::client::Connection::Open({.engine = argv[1]});
  if (!engine.ok()) return std::cerr << engine.status() << "\n", 1;
  provision::v1::ProvisionRequest request;
  request.mutable_spec()->set_name("consumer");
  auto* const step = request.mutable_spec()->add_steps();
  step->set_id("hello");
  step->mutable_file()->set_path("/hello");
  step->mutable_file()->set_content("hello\n");
  request.add_targets()->mutable_inline_()->set_address(argv[2]);
  const auto job = (*engine)->Provision(request);
  if (!job.ok()) return std::cerr << job.status() << "\n", 1;

  const auto watcher = (*engine)->Watch({.name = job->name(), .after_seq = 0});
  auto state = provision::v1::Job::STATE_UNSPECIFIED;
  while (true) {
    const auto batch = watcher->Next();
    if (!batch.ok()) return std::cerr << batch.status() << "\n", 1;
    if (!batch->has_value()) break;
    for (const auto& event : (*batch)->events()) {
      if (event.target() == -1 && event.has_state()) state = event.state().state();
    }
  }
  std::cout << job->name() << " " << provision::v1::Job::State_Name(state) << "\n";
  return state == provision::v1::Job::SUCCEEDED ? 0 : 1;
}
