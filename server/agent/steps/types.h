// The step types of this agent, one object each; one file X_step.cc a type. table.cc maps kinds to them.
#ifndef SERVER_AGENT_STEPS_TYPES_H_
#define SERVER_AGENT_STEPS_TYPES_H_

#include "server/agent/steps/step.h"

namespace pe::agent {

const StepType& OsImageType();
const StepType& RepositoryType();
const StepType& RepositoryKeyType();
const StepType& PackageType();
const StepType& SecurityPatchesType();
const StepType& FileType();
const StepType& DirectoryType();
const StepType& SymlinkType();
const StepType& FileEditType();
const StepType& DownloadType();
const StepType& UserType();
const StepType& GroupType();
const StepType& AuthorizedKeyType();
const StepType& UnitType();
const StepType& SysctlType();
const StepType& HostnameType();
const StepType& RebootType();
const StepType& ExecType();
const StepType& ProbeType();

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_TYPES_H_
