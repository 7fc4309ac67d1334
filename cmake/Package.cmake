# SPDX-License-Identifier: Apache-2.0
# The Debian package: `cpack --config build/CPackConfig.cmake`, or scripts/package, which looks at it too.
set(doc share/doc/upselld)
# For the package alone: any other installation keeps to its prefix.
install(FILES config/upselld.yaml DESTINATION /etc/upselld COMPONENT settings EXCLUDE_FROM_ALL)
# Documents lie as in the source, so that what they link to and name is there.
install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION ${doc} COMPONENT program)
foreach(page config/README.md systemd/README.md)
  cmake_path(GET page PARENT_PATH folder)
  install(FILES ${page} DESTINATION ${doc}/${folder} COMPONENT program)
endforeach()
foreach(plugin files hubspot salesforce)
  install(FILES plugins/${plugin}/README.md plugins/${plugin}/sample.yaml
          DESTINATION ${doc}/plugins/${plugin} COMPONENT program)
endforeach()
install(FILES config/upselld.yaml config/playbook.yaml config/upselld.schema.json config/playbook.schema.json
        DESTINATION ${doc}/config COMPONENT program)
install(DIRECTORY config/examples DESTINATION ${doc}/config COMPONENT program
        FILES_MATCHING PATTERN "*.yaml" PATTERN "*.state" EXCLUDE)
install(DIRECTORY config/monitoring DESTINATION ${doc}/config COMPONENT program)
install(FILES LICENSE DESTINATION ${doc} RENAME copyright COMPONENT program)
# Of those that are inside the program, and not linked as libraries of their own.
foreach(inside libjs-chart.js nlohmann-json3-dev libcli11-dev)
  install(FILES /usr/share/doc/${inside}/copyright DESTINATION ${doc}/licences RENAME ${inside}
          COMPONENT program OPTIONAL)
endforeach()
install(DIRECTORY docs DESTINATION ${doc} COMPONENT program FILES_MATCHING PATTERN "*.md"
        REGEX "/example-connector/" PATTERN "decisions" EXCLUDE)
install(FILES packaging/upselld.sysusers DESTINATION lib/sysusers.d RENAME upselld.conf
        COMPONENT program)
# The manual comes from the program itself: one table for it and --help.
install(CODE "
  execute_process(COMMAND \"${CMAKE_BINARY_DIR}/bin/upselld\" manual
                  OUTPUT_FILE \"${CMAKE_BINARY_DIR}/upselld.1\" COMMAND_ERROR_IS_FATAL ANY)
  file(ARCHIVE_CREATE OUTPUT \"${CMAKE_BINARY_DIR}/upselld.1.gz\" FORMAT raw COMPRESSION GZip
       PATHS \"${CMAKE_BINARY_DIR}/upselld.1\")" COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/upselld.1.gz DESTINATION share/man/man1 COMPONENT program)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME upselld)
set(CPACK_PACKAGE_VENDOR "the upselld project")
set(CPACK_PACKAGE_CONTACT "the upselld project <upselld@upselld.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Up-sell likelihoods and follow-up tasks beside a CRM")
set(CPACK_PACKAGE_DESCRIPTION
    "A daemon that reads a CRM, learns from its own history how likely each account is to be up-sold,\n and writes likelihood, reasons and follow-up tasks back. Writes nothing until told to.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program settings)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/lib)
# libxgboost0 is loaded when it is needed, so no tool finds it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libxgboost0, tzdata, ca-certificates, systemd | systemd-standalone-sysusers")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/conffiles ${CMAKE_SOURCE_DIR}/packaging/postinst
    ${CMAKE_SOURCE_DIR}/packaging/prerm ${CMAKE_SOURCE_DIR}/packaging/postrm)
include(CPack)
