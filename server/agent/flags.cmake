# How the static agent is compiled and linked, here and in the cross build.
# No exceptions: nothing of ours throws or catches, and their tables are a sixth of the binary.
set(PE_AGENT_COMPILE_FLAGS -Os -ffunction-sections -fdata-sections
  -fno-exceptions -fno-unwind-tables -fno-asynchronous-unwind-tables)
# --fatal-warnings: glibc's functions that crash in a static binary (getpwnam and its kin) are warnings of the linker.
# bfd knows them, mold does not. -s: nobody reads symbols on a host.
set(PE_AGENT_LINK_FLAGS -static -fuse-ld=bfd -Wl,--fatal-warnings -Wl,--gc-sections -Wl,-z,noseparate-code
  -Wl,--build-id=none -s)
# libsodium's archive comes after small_runtime.cc, whose definitions replace some of its own.
