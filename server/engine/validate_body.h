// Checks of step bodies, one function a kind. The same functions judge a spec, where texts may have "${...}" in them,
// and what the planner made of it, where nothing is open any more: so a variable or a host's fact cannot bring in what
// a spec may not have. Pure; thread-safe.
#ifndef SERVER_ENGINE_VALIDATE_BODY_H_
#define SERVER_ENGINE_VALIDATE_BODY_H_

#include <string>
#include <vector>

#include "provision/v1/spec.pb.h"
#include "provision/v1/step.pb.h"
#include "server/engine/errors.h"
#include "server/engine/report.h"

namespace pe {

// A body as it goes to an agent, with paths beginning at `prefix`.
std::vector<Violation> ValidateBody(const provision::v1::StepBody& body, const std::string& prefix);

// validate_body.cc: all kinds. `path` is the step's; the kind's name is added.
void CheckKind(const provision::v1::StepBody& body, const FieldPath& path, Report* report);
void CheckKind(const provision::v1::Step& step, const FieldPath& path, Report* report);

// validate_body_files.cc
void Check(const provision::v1::File& file, const FieldPath& path, Report* report);
void Check(const provision::v1::Directory& directory, const FieldPath& path, Report* report);
void Check(const provision::v1::Symlink& link, const FieldPath& path, Report* report);
void Check(const provision::v1::FileEdit& edit, const FieldPath& path, Report* report);
void Check(const provision::v1::Download& download, const FieldPath& path, Report* report);

// validate_body_packages.cc
void Check(const provision::v1::OsImage& image, const FieldPath& path, Report* report);
void Check(const provision::v1::Repository& repository, const FieldPath& path, Report* report);
void Check(const provision::v1::RepositoryKey& key, const FieldPath& path, Report* report);
void Check(const provision::v1::Package& package, const FieldPath& path, Report* report);
void Check(const provision::v1::SecurityPatches& patches, const FieldPath& path, Report* report);
void CheckPackages(const google::protobuf::RepeatedPtrField<provision::v1::Package::Item>& packages,
                   const FieldPath& parent, absl::string_view field, Report* report);

// validate_body_system.cc
void Check(const provision::v1::User& user, const FieldPath& path, Report* report);
void Check(const provision::v1::Group& group, const FieldPath& path, Report* report);
void Check(const provision::v1::AuthorizedKey& key, const FieldPath& path, Report* report);
void Check(const provision::v1::Unit& unit, const FieldPath& path, Report* report);
void Check(const provision::v1::Sysctl& sysctl, const FieldPath& path, Report* report);
void Check(const provision::v1::Hostname& hostname, const FieldPath& path, Report* report);
void Check(const provision::v1::Reboot& reboot, const FieldPath& path, Report* report);
void Check(const provision::v1::Exec& exec, const FieldPath& path, Report* report);

// validate_body_probe.cc
void Check(const provision::v1::Probe& probe, const FieldPath& path, Report* report);
void Check(const provision::v1::Monitoring& monitoring, const FieldPath& path, Report* report);

}  // namespace pe

#endif  // SERVER_ENGINE_VALIDATE_BODY_H_
