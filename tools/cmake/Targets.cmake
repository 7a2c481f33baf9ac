# pe_library(NAME SOURCES... LINKS...) and pe_test(NAME SOURCES... LINKS...): one line a room.
function(pe_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE pe_warnings)
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
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
