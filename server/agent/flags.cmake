# How the static agent is compiled and linked, here and in the cross build.
# No exceptions: nothing of ours throws or catches, and their tables are a sixth of the binary.
set(PE_AGENT_COMPILE_FLAGS -Os -ffunction-sections -fdata-sections
  -fno-exceptions -fno-unwind-tables -fno-asynchronous-unwind-tables)
# What most of its files include; they are many and each is small, so this is most of their compile time.
set(PE_AGENT_PRECOMPILED
  <algorithm> <map> <memory> <optional> <string> <vector>
  <absl/container/flat_hash_map.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_join.h> <absl/strings/str_split.h>
  <provision/agent/v1/agent.pb.h> <provision/v1/step.pb.h>)
# --fatal-warnings: glibc's functions that crash in a static binary (getpwnam and its kin) are warnings of the linker.
# bfd knows them, mold does not. -s: nobody reads symbols on a host.
set(PE_AGENT_LINK_FLAGS -static -fuse-ld=bfd -Wl,--fatal-warnings -Wl,--gc-sections -Wl,-z,noseparate-code
  -Wl,--build-id=none -s)
# libsodium's archive comes after small_runtime.cc, whose definitions replace some of its own.
