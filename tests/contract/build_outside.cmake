# SPDX-License-Identifier: Apache-2.0
# Run by CTest: installs into PREFIX and builds PROJECTS, folders of connectors, against that alone.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
file(REMOVE_RECURSE ${PREFIX} ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} --component development)
string(REPLACE " " ";" projects "${PROJECTS}")
foreach(project IN LISTS projects)
  cmake_path(GET project FILENAME name)
  run(${CMAKE_COMMAND} -S ${project} -B ${WORK}/${name} -DCMAKE_PREFIX_PATH=${PREFIX}
      -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
      -DCMAKE_CXX_FLAGS=${FLAGS} -DCMAKE_BUILD_TYPE=Debug)
  run(${CMAKE_COMMAND} --build ${WORK}/${name} --parallel 2)
endforeach()
# As an administrator installs them: each in a folder that nobody else may write.
file(GLOB plugins ${WORK}/*/*.so)
foreach(plugin IN LISTS plugins)
  cmake_path(GET plugin STEM name)
  file(INSTALL ${plugin} DESTINATION ${PREFIX}/${name}
       PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ WORLD_READ
       DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE)
  file(CHMOD ${PREFIX}/${name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()
