#include "server/agent/steps/types.h"

namespace pe::agent {

using provision::v1::StepBody;

// A row a kind. `monitoring` has none: the planner lowers it to other kinds.
const StepType* FindStepType(const StepBody& body) {
  switch (body.kind_case()) {
    case StepBody::kOsImage:
      return &OsImageType();
    case StepBody::kRepository:
      return &RepositoryType();
    case StepBody::kRepositoryKey:
      return &RepositoryKeyType();
    case StepBody::kPackage:
      return &PackageType();
    case StepBody::kSecurityPatches:
      return &SecurityPatchesType();
    case StepBody::kFile:
      return &FileType();
    case StepBody::kDirectory:
      return &DirectoryType();
    case StepBody::kSymlink:
      return &SymlinkType();
    case StepBody::kFileEdit:
      return &FileEditType();
    case StepBody::kDownload:
      return &DownloadType();
    case StepBody::kUser:
      return &UserType();
    case StepBody::kGroup:
      return &GroupType();
    case StepBody::kAuthorizedKey:
      return &AuthorizedKeyType();
    case StepBody::kUnit:
      return &UnitType();
    case StepBody::kSysctl:
      return &SysctlType();
    case StepBody::kHostname:
      return &HostnameType();
    case StepBody::kReboot:
      return &RebootType();
    case StepBody::kExec:
      return &ExecType();
    case StepBody::kProbe:
      return &ProbeType();
    case StepBody::kMonitoring:
    case StepBody::KIND_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

}  // namespace pe::agent
