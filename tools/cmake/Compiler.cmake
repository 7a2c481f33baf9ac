# Language level, warnings, ccache, linker and sanitizers for everything in the tree.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")  # -O3 costs a third more build time and gains nothing that was measured

find_program(PE_CCACHE ccache)
if(PE_CCACHE)
  # A precompiled header and __TIME__ do not make ccache miss; paths are relative, so that clones share a cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${PE_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

find_program(PE_MOLD mold)
if(PE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(pe_warnings INTERFACE)
target_compile_options(pe_warnings INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # g++ 12 reports both on correct std::string code once it inlines (GCC bugs 105329 and 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-stringop-overflow>)

add_compile_options(-fno-omit-frame-pointer)
if(PE_SANITIZE)
  add_compile_options(-O1 -fsanitize=${PE_SANITIZE} -fno-sanitize-recover=all)  # -O1 costs clang little and halves run times
  add_link_options(-fsanitize=${PE_SANITIZE})
endif()
if(PE_BUILD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage everywhere; libFuzzer itself only in the targets of tests/fuzz
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-g1)
endif()
