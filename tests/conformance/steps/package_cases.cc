// package, security_patches, repository; on a host that has the lab's repositories: lab-app 1.0-1 and 1.1-1, lab-vuln
// with a security update.
#include "tests/conformance/steps/step_case.h"

namespace pe::agent {
namespace {

using provision::v1::Package;
using provision::v1::SecurityPatches;
using provision::v1::StepBody;

constexpr const char* kNames[] = {"tree", "sl", "lab-app", "lab-vuln", "lab-core"};

std::string Installed(World& world) {
  std::string state;
  for (const char* name : kNames) {
    // A removed package may keep its configuration files; that is the same to us as never having been there.
    const std::string one = world.Output({"dpkg-query", "-W", "-f", "${Package} ${Status} ${Version}\n", name});
    if (one.find(" installed ") != std::string::npos) state += one;
  }
  return state;
}

void Pristine(World& world) {
  if (world.Output({"find", "/var/lib/apt/lists", "-name", "*InRelease"}).empty()) world.Run({"apt-get", "update"});
  world.Output({"apt-mark", "unhold", "lab-app"});
  world.Output({"apt-get", "-y", "remove", "tree", "sl"});
  world.Run({"apt-get", "-y", "--allow-downgrades", "install", "lab-app=1.0-1", "lab-vuln=1.0-1"});
}

StepBody Body(std::vector<std::pair<std::string, std::string>> items, Package::State state = Package::INSTALLED) {
  StepBody body;
  body.mutable_package()->set_state(state);
  for (const auto& [name, version] : items) {
    auto* item = body.mutable_package()->add_packages();
    item->set_name(name);
    item->set_version(version);
  }
  return body;
}

}  // namespace

std::vector<StepCase> PackageCases() {
  std::vector<StepCase> cases = {
      // The lists are dropped, so that the step has to fetch them. (A look must not.)
      {.name = "package_installed",
       .body =
           [](World&) {
             return Body({{"tree", ""}, {"sl", ""}});
           },
       .set_up =
           [](World& world) {
             Pristine(world), world.Run({"find", "/var/lib/apt/lists", "-type", "f", "-name", "*_*", "-delete"});
           },
       .tamper =
           [](World& world) {
             world.Run({"sed", "-i", "/^Package: sl$/,/^$/s/^Version: .*/Version: 99/", "/var/lib/dpkg/status"});
           }},
      {.name = "package_removed",
       .body =
           [](World&) {
             return Body({{"lab-app", ""}}, Package::REMOVED);
           },
       .set_up = Pristine,
       .tamper =
           [](World& world) {
             world.Run({"apt-get", "-y", "install", "lab-app=1.1-1"});
           }},
      {.name = "package_latest",
       .body =
           [](World&) {
             return Body({{"lab-app", ""}}, Package::LATEST);
           },
       .set_up = Pristine,
       .tamper =
           [](World& world) {
             world.Run({"apt-get", "-y", "remove", "lab-app"});
           }},
      {.name = "package_at_least",
       .body =
           [](World&) {
             return Body({{"lab-app", ">=1.1"}});
           },
       .set_up = Pristine},
      {.name = "package_exact_and_held",
       .body =
           [](World&) {
             StepBody body = Body({{"lab-app", "1.1-1"}});
             body.mutable_package()->mutable_packages(0)->set_hold(true);
             return body;
           },
       .set_up = Pristine},
      {.name = "security_patches",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_security_patches()->set_patches(SecurityPatches::SECURITY);
             return body;
           },
       .set_up =
           [](World& world) {
             Pristine(world), world.Run({"rm", "-f", "/var/lib/apt/periodic/provision-engine-update-stamp"});
           },
       .unknown = true},
      {.name = "security_patches_by_cve",
       .body =
           [](World&) {
             StepBody body;
             body.mutable_security_patches()->add_cves("CVE-2023-12345");
             return body;
           },
       .set_up =
           [](World& world) {
             Pristine(world), world.Run({"rm", "-f", "/var/lib/apt/periodic/provision-engine-update-stamp"});
           },
       .unknown = true},
      {.name = "repository",
       .body =
           [](World&) {
             StepBody body;
             auto* repository = body.mutable_repository();
             repository->set_name("conformance");
             repository->add_uris("copy:/srv/lab-repo/main");
             repository->add_suites("bookworm");
             repository->add_components("main");
             repository->set_signed_by("/usr/share/keyrings/lab-archive-keyring.gpg");
             return body;
           },
       .set_up =
           [](World& world) {
             world.Run({"rm", "-f", "/etc/apt/sources.list.d/conformance.sources"});
           },
       .tamper = [](World& world) { world.Write("/etc/apt/sources.list.d/conformance.sources", "# theirs\n"); },
       .watched = {"/etc/apt/sources.list.d"}},
  };
  for (StepCase& step_case : cases) step_case.state = Installed, step_case.host = true;
  return cases;
}

}  // namespace pe::agent
