# SPDX-License-Identifier: Apache-2.0
# What a machine gets: the programs, the shared library, and what a connector is built against.
# `cmake --install build --component development` installs the last two alone.
install(TARGETS upselld RUNTIME DESTINATION bin COMPONENT program)
install(TARGETS hubspot salesforce LIBRARY DESTINATION lib/upselld COMPONENT program)
install(FILES systemd/upselld.service systemd/upselld-due.service systemd/upselld-due.timer
        DESTINATION lib/systemd/system COMPONENT program)
install(TARGETS upselld_core LIBRARY DESTINATION lib COMPONENT program NAMELINK_SKIP)
# Not part of the production package.
install(TARGETS upselld-sandbox RUNTIME DESTINATION bin COMPONENT sandbox)
set_target_properties(upselld_core PROPERTIES EXPORT_NAME core)
install(TARGETS upselld_core EXPORT upselld-targets LIBRARY DESTINATION lib COMPONENT development
        NAMELINK_COMPONENT development)
install(DIRECTORY core/ DESTINATION include/upselld/core COMPONENT development
        FILES_MATCHING PATTERN "*.h")
install(FILES plugins/connector.h plugins/abi_tag.h DESTINATION include/upselld/plugins
        COMPONENT development)

include(CMakePackageConfigHelpers)
set(UPSELLD_PACKAGE_DIR lib/cmake/upselld)
install(EXPORT upselld-targets NAMESPACE upselld:: DESTINATION ${UPSELLD_PACKAGE_DIR}
        COMPONENT development)
configure_package_config_file(cmake/upselldConfig.cmake.in
  ${CMAKE_BINARY_DIR}/upselldConfig.cmake INSTALL_DESTINATION ${UPSELLD_PACKAGE_DIR}
  NO_SET_AND_CHECK_MACRO)
# Plugins must be built against the very version they are loaded by.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/upselldConfigVersion.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY ExactVersion)
install(FILES ${CMAKE_BINARY_DIR}/upselldConfig.cmake
              ${CMAKE_BINARY_DIR}/upselldConfigVersion.cmake
        DESTINATION ${UPSELLD_PACKAGE_DIR} COMPONENT development)
