// HostFit: whether a body can be carried out on a host, and what it becomes where it can be only in part. A mismatch is
// a violation or a stated reduction (a warning), never silence. Not thread-safe: one for a plan.
#ifndef SERVER_ENGINE_HOST_FIT_H_
#define SERVER_ENGINE_HOST_FIT_H_

#include <map>
#include <string>
#include <vector>

#include "provision/v1/event.pb.h"
#include "provision/v1/fact.pb.h"
#include "provision/v1/spec.pb.h"
#include "provision/v1/step.pb.h"
#include "server/engine/report.h"

namespace pe {

class HostFit {
 public:
  // `facts` of the host that the stage runs on. `rootfs`: it is a root filesystem in which nothing runs.
  HostFit(const provision::v1::Facts& facts, bool rootfs, Report* report)
      : facts_(facts), rootfs_(rootfs), report_(report) {}

  // The operating system is the one that the spec asks for.
  void CheckOs(const provision::v1::OperatingSystem& wanted);
  // Changes the body where the host can do a part of it. Returns why it is to be skipped; empty: it is not.
  std::string Fit(const std::string& id, const FieldPath& path, provision::v1::StepBody* body);
  void Warn(const std::string& code, const std::string& id);
  // One a kind of reduction, naming the steps.
  std::vector<provision::v1::Warning> Warnings() const;

 private:
  bool Has(provision::v1::Facts::Capability capability) const;
  void NeedApt(const FieldPath& path);
  std::string FitProbe(const std::string& id, const FieldPath& path, const provision::v1::Probe& probe);

  const provision::v1::Facts& facts_;
  const bool rootfs_;
  Report* const report_;
  bool apt_reported_ = false;
  std::map<std::string, std::vector<std::string>> reduced_;  // code -> step ids
};

}  // namespace pe

#endif  // SERVER_ENGINE_HOST_FIT_H_
