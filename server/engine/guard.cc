#include "server/engine/guard.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace pe {
namespace {

using provision::v1::StepBody;

// Files, or folders with all that is in them.
constexpr absl::string_view kPaths[] = {"/etc/ssh",           "/etc/pam.d",          "/etc/security",
                                        "/etc/sudoers",       "/etc/sudoers.d",      "/etc/hosts.allow",
                                        "/etc/hosts.deny",    "/etc/nologin",        "/etc/network",
                                        "/etc/netplan",       "/etc/NetworkManager", "/etc/systemd/network",
                                        "/etc/dhcp",          "/etc/sysctl.conf",    "/etc/sysctl.d",
                                        "/etc/nftables.conf", "/etc/nftables.d",     "/etc/iptables",
                                        "/etc/ufw",           "/etc/firewalld",      "/etc/resolvconf",
                                        "/etc/wpa_supplicant"};

constexpr absl::string_view kUnits[] = {"ssh",
                                        "sshd",
                                        "networking",
                                        "systemd-networkd",
                                        "NetworkManager",
                                        "nftables",
                                        "iptables",
                                        "ip6tables",
                                        "firewalld",
                                        "ufw",
                                        "dhcpcd",
                                        "wpa_supplicant",
                                        "netfilter-persistent",
                                        "systemd-sysctl",
                                        "procps",
                                        "fail2ban",
                                        "systemd-logind"};

bool IsWayIn(absl::string_view unit) {
  const absl::string_view name = unit.substr(0, unit.rfind('.'));
  return std::find(std::begin(kUnits), std::end(kUnits), name) != std::end(kUnits);
}

}  // namespace

bool ConcernsTheWayIn(absl::string_view path) {
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  // Somebody's authorized_keys and their folder.
  if (absl::StrContains(path, "/.ssh/") || absl::EndsWith(path, "/.ssh")) return true;
  return std::any_of(std::begin(kPaths), std::end(kPaths), [&](absl::string_view known) {
    return absl::StartsWith(path, known) && (path.size() == known.size() || path[known.size()] == '/');
  });
}

bool CanCutOff(const StepBody& body) {
  switch (body.kind_case()) {
    case StepBody::kFile:
      return ConcernsTheWayIn(body.file().path());
    case StepBody::kFileEdit:
      return ConcernsTheWayIn(body.file_edit().path());
    case StepBody::kDownload:
      return ConcernsTheWayIn(body.download().path());
    case StepBody::kSymlink:
      return ConcernsTheWayIn(body.symlink().path());
    case StepBody::kDirectory:
      return ConcernsTheWayIn(body.directory().path()) && !body.directory().recurse();
    case StepBody::kSysctl:
      return absl::StartsWith(body.sysctl().key(), "net.") || absl::StartsWith(body.sysctl().key(), "net/");
    case StepBody::kUnit:
      return IsWayIn(body.unit().name());
    case StepBody::kAuthorizedKey:
      return body.authorized_key().state() == provision::v1::ABSENT;
    default:
      return false;
  }
}

}  // namespace pe
