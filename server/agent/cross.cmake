# bin/pe-agent-arm64, by the project in cross/. The sysroot is shared by all build folders of the tree.
include(ExternalProject)
find_program(PE_ARM64_COMPILER aarch64-linux-gnu-g++ REQUIRED)
set(sysroot ${CMAKE_SOURCE_DIR}/build/arm64-sysroot)
add_custom_command(OUTPUT ${sysroot}/stamp
  COMMAND ${CMAKE_SOURCE_DIR}/tools/arm64-sysroot/make-sysroot ${sysroot}
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/arm64-sysroot/make-sysroot
  COMMENT "Fetching the arm64 libraries of the agent" VERBATIM)
add_custom_target(pe_arm64_sysroot DEPENDS ${sysroot}/stamp)
ExternalProject_Add(pe_agent_arm64
  SOURCE_DIR ${CMAKE_CURRENT_SOURCE_DIR}/cross
  BINARY_DIR ${CMAKE_CURRENT_BINARY_DIR}/cross
  CMAKE_ARGS
    -DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_SOURCE_DIR}/cross/toolchain.cmake
    -DCMAKE_RUNTIME_OUTPUT_DIRECTORY=${PE_AGENT_DIR}
    -DPE_ROOT=${CMAKE_SOURCE_DIR} -DPE_GENERATED=${PE_PROTO_LITE_DIR} -DPE_SYSROOT=${sysroot} -DPE_VERSION=${PROJECT_VERSION}
  CMAKE_CACHE_ARGS "-DCMAKE_CXX_COMPILER_LAUNCHER:STRING=${CMAKE_CXX_COMPILER_LAUNCHER}"
  BUILD_ALWAYS ON INSTALL_COMMAND "" DEPENDS pe_arm64_sysroot pe_proto_lite)
