# `cmake --install BUILD --component client`: the client library, its headers, the API's generated ones and the .proto
# files, for find_package(ProvisionEngine). What it links comes from Debian, as it does here.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(include ${CMAKE_INSTALL_INCLUDEDIR}/provision-engine)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/ProvisionEngine)

set_target_properties(pe_client PROPERTIES EXPORT_NAME client)
set_target_properties(pe_proto_grpc PROPERTIES EXPORT_NAME stubs)  # for those who want the services' own stubs
foreach(target IN ITEMS pe_client pe_base pe_proto_core pe_proto_grpc)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${include}>)
endforeach()
install(TARGETS pe_client pe_base pe_proto_core pe_proto_grpc EXPORT ProvisionEngine ARCHIVE COMPONENT client)
install(EXPORT ProvisionEngine NAMESPACE provision:: DESTINATION ${package} COMPONENT client)

install(FILES connection.h default_paths.h endpoint.h error.h sequence_checker.h watcher.h DESTINATION ${include}/client/cpp
  COMPONENT client)
install(FILES ${CMAKE_SOURCE_DIR}/base/mutex.h DESTINATION ${include}/base COMPONENT client)
install(DIRECTORY ${CMAKE_BINARY_DIR}/gen/full/ DESTINATION ${include} COMPONENT client
  FILES_MATCHING PATTERN "*.h" PATTERN agent EXCLUDE PATTERN grpc EXCLUDE PATTERN health EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/proto/provision/v1 DESTINATION ${CMAKE_INSTALL_DATADIR}/provision-engine/proto/provision
  COMPONENT client)

configure_package_config_file(ProvisionEngineConfig.cmake.in ProvisionEngineConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(ProvisionEngineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ProvisionEngineConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/ProvisionEngineConfigVersion.cmake DESTINATION ${package} COMPONENT client)
