# Most of a full build is headers that every source reads anew: with PE_UNITY, and with sanitizers, several sources of a room are
# compiled as one. Where two files of a room give the same name to different things, pe_apart(FILES...) keeps the named ones out
# of that.
function(pe_unity name)
  if(PE_SANITIZE OR PE_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON)
    # A coroutine's frame holds types of its file's own, which g++ takes for a header's here.
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()
# Takes a library out of that: where names meet too often, or where users are to link no more of it than they use (the agent is
# small).
function(pe_compiled_apart name)
  if(NOT PE_SANITIZE)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
endfunction()
function(pe_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# pe_library(NAME SOURCES... LINKS...) and pe_test(NAME SOURCES... LINKS...): one line a room.
function(pe_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE $<BUILD_INTERFACE:pe_warnings>)
  pe_unity(${name})
endfunction()

# A GoogleTest binary, one ctest entry per binary. LABELS select parts of the suite with ctest -L; PCH names another target
# than pe_test_pch whose precompiled header fits.
function(pe_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;PCH" "SOURCES;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} GTest::gmock GTest::gtest GTest::gtest_main pe_warnings)
  if(NOT arg_PCH)
    set(arg_PCH pe_test_pch)
  endif()
  target_compile_options(${name} PRIVATE -pthread)  # as the precompiled header
  target_precompile_headers(${name} REUSE_FROM ${arg_PCH})
  pe_unity(${name})
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(PE_SANITIZE)
    math(EXPR arg_TIMEOUT "5 * ${arg_TIMEOUT}")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()

# A fifth of what accepting a job costs is glibc's malloc: many threads make and free many small messages. Sanitizers
# bring a malloc of their own.
function(pe_quick_memory target)
  if(NOT PE_SANITIZE)
    find_library(PE_JEMALLOC jemalloc REQUIRED)
    target_link_options(${target} PRIVATE -Wl,--no-as-needed ${PE_JEMALLOC} -Wl,--as-needed)
  endif()
endfunction()
