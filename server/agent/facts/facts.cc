#include "server/agent/facts/facts.h"

#include <sched.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/agent/facts/addresses.h"
#include "server/agent/facts/os_release.h"

namespace pe::agent {
namespace {

using provision::v1::Facts;

constexpr int64_t kMostBytes = 1024 * 1024;

std::string ReadText(FileSystem& files, const std::string& path) {
  absl::StatusOr<std::string> text = files.Read(path, kMostBytes);
  return text.ok() ? std::string(absl::StripAsciiWhitespace(*text)) : "";
}

bool Exists(FileSystem& files, const std::string& path) {
  const absl::StatusOr<std::optional<FileInfo>> info = files.Stat(path);
  return info.ok() && info->has_value();
}

std::string DebianArchitecture(absl::string_view machine) {
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  if (machine == "i386" || machine == "i586" || machine == "i686") return "i386";
  if (machine == "armv7l") return "armhf";
  if (machine == "ppc64le") return "ppc64el";
  return std::string(machine);  // riscv64, s390x and others are the same
}

void AddSystem(FileSystem& files, Facts& facts) {
  std::string text = ReadText(files, "/etc/os-release");
  if (text.empty()) text = ReadText(files, "/usr/lib/os-release");
  std::map<std::string, std::string> release = ParseOsRelease(text);
  facts.set_os_id(release["ID"]);
  facts.set_os_version(release["VERSION_ID"]);
  facts.set_os_codename(release["VERSION_CODENAME"]);
  facts.set_os_name(release["PRETTY_NAME"]);
  facts.set_has_os(!text.empty());
  facts.set_machine_id(ReadText(files, "/etc/machine-id"));
  for (const auto& [program, name] :
       {std::pair("/usr/bin/apt-get", "apt"), std::pair("/usr/bin/dnf", "dnf"), std::pair("/sbin/apk", "apk")}) {
    if (facts.package_manager().empty() && Exists(files, program)) facts.set_package_manager(name);
  }
  for (const absl::string_view package :
       absl::StrSplit(ReadText(files, "/run/reboot-required.pkgs"), '\n', absl::SkipEmpty())) {
    const auto& list = facts.reboot_required_by();
    if (std::find(list.begin(), list.end(), package) == list.end()) facts.add_reboot_required_by(std::string(package));
  }
  if (facts.reboot_required_by().empty() && Exists(files, "/run/reboot-required"))
    facts.add_reboot_required_by("unknown");
}

void AddMachine(FileSystem& files, const FactOptions& options, Facts& facts) {
  utsname names{};
  uname(&names);
  facts.set_architecture(DebianArchitecture(names.machine));
  facts.set_kernel(names.release);
  facts.set_hostname(ReadText(files, "/etc/hostname"));
  if (facts.hostname().empty() && !options.rootfs) facts.set_hostname(names.nodename);
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) == 0) facts.set_cpus(CPU_COUNT(&cpus));
  for (const absl::string_view line : absl::StrSplit(ReadText(files, "/proc/meminfo"), '\n')) {
    int64_t kilobytes = 0;
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, "MemTotal:") || !absl::ConsumeSuffix(&rest, " kB")) continue;
    if (absl::SimpleAtoi(rest, &kilobytes)) facts.set_memory_bytes(kilobytes * 1024);
  }
  facts.set_boot_id(ReadText(files, "/proc/sys/kernel/random/boot_id"));
  struct statvfs root {};
  if (statvfs("/", &root) == 0)
    facts.set_root_free_bytes(static_cast<int64_t>(root.f_bavail) * static_cast<int64_t>(root.f_frsize));
}

}  // namespace

std::string BootMark(FileSystem& files) {
  // The 22nd field of init's stat is when it began; its name, in brackets, is the second and may hold spaces.
  const std::string stat = ReadText(files, "/proc/1/stat");
  const size_t name_end = stat.rfind(") ");
  const std::vector<std::string> fields =
      name_end == std::string::npos ? std::vector<std::string>() : absl::StrSplit(stat.substr(name_end + 2), ' ');
  return absl::StrCat(ReadText(files, "/proc/sys/kernel/random/boot_id"), " ", fields.size() > 19 ? fields[19] : "");
}

bool HasInit(FileSystem& files) { return Exists(files, "/run/systemd/system"); }

Facts GatherFacts(FileSystem& files, const Clock& clock, const FactOptions& options) {
  Facts facts;
  AddSystem(files, facts);
  AddMachine(files, options, facts);
  facts.set_clock_us(clock.Wall());
  if (options.rootfs) return facts;
  for (std::string& address : HostAddresses()) facts.add_addresses(std::move(address));
  const bool init = HasInit(files);
  if (init) facts.add_capabilities(Facts::INIT);
  // Containers have /proc/sys mounted read-only.
  if (access("/proc/sys/kernel/panic", W_OK) == 0) facts.add_capabilities(Facts::KERNEL);
  facts.add_capabilities(Facts::NETWORK);
  if (init && geteuid() == 0) facts.add_capabilities(Facts::REBOOT);
  return facts;
}

}  // namespace pe::agent
