#include "server/agent/places.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "server/agent/system/errno_status.h"

namespace pe::agent {
namespace {

std::string FromEnvironment(const char* name, const char* usual) {
  const char* value = getenv(name);
  return value != nullptr && value[0] == '/' ? value : usual;
}

}  // namespace

std::string RunFolder() { return FromEnvironment("PE_AGENT_RUN", "/run/pe-agent"); }
std::string StateFolder() { return FromEnvironment("PE_AGENT_STATE", "/var/lib/pe-agent"); }
bool UsualPlaces() { return getenv("PE_AGENT_RUN") == nullptr && getenv("PE_AGENT_STATE") == nullptr; }

absl::Status MakeSafeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return ErrnoStatus(errno, path);
  struct stat st;
  if (lstat(path.c_str(), &st) != 0) return ErrnoStatus(errno, path);
  if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " must be a folder of user ", geteuid(), " with mode 0700; remove what is there"));
  }
  return absl::OkStatus();
}

}  // namespace pe::agent
