# The executable, as bin/pe-agent-ARCH, the name that the engine looks for.
string(REPLACE "x86_64" "amd64" arch ${CMAKE_SYSTEM_PROCESSOR})
string(REPLACE "aarch64" "arm64" arch ${arch})
add_executable(pe-agent ${PE_AGENT_PROGRAM_SOURCES})
target_include_directories(pe-agent PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_definitions(pe-agent PRIVATE PE_VERSION="${PROJECT_VERSION}")
set_target_properties(pe-agent PROPERTIES OUTPUT_NAME pe-agent-${arch} RUNTIME_OUTPUT_DIRECTORY ${PE_AGENT_DIR})
target_link_libraries(pe-agent PRIVATE pe_warnings pe_agent_flags)
if(PE_SANITIZE)
  target_link_libraries(pe-agent PRIVATE pe_agent_core)
else()
  # Our libraries by file, since their own link interfaces name shared libraries; then the static ones, as a group.
  file(GLOB absl_archives ${PE_AGENT_LIB_DIR}/libabsl_*.a)
  list(FILTER absl_archives EXCLUDE REGEX "absl_(flags|random|log)_?")
  add_dependencies(pe-agent pe_agent_core pe_agent_system pe_base pe_proto_lite)
  set_target_properties(pe-agent PROPERTIES LINK_DEPENDS
    "$<TARGET_FILE:pe_agent_core>;$<TARGET_FILE:pe_agent_system>;$<TARGET_FILE:pe_base>;$<TARGET_FILE:pe_proto_lite>")
  target_include_directories(pe-agent SYSTEM PRIVATE ${PE_PROTO_LITE_DIR})
  target_sources(pe-agent PRIVATE small_runtime.cc)
  target_link_options(pe-agent PRIVATE -no-pie ${PE_AGENT_LINK_FLAGS})
  target_link_libraries(pe-agent PRIVATE
    -Wl,--start-group
    $<TARGET_FILE:pe_agent_core> $<TARGET_FILE:pe_agent_system> $<TARGET_FILE:pe_base> $<TARGET_FILE:pe_proto_lite>
    ${PE_AGENT_LIB_DIR}/libprotobuf-lite.a ${PE_AGENT_LIB_DIR}/libsodium.a ${absl_archives}
    -Wl,--end-group)
endif()
