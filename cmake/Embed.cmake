# SPDX-License-Identifier: Apache-2.0
# upselld_embed(TARGET VARIABLE FILES...): puts files into the program. Gives a generated header
# "embedded/VARIABLE.h" with `std::span<const upselld::EmbeddedFile> VARIABLE()`, sorted by name.
function(upselld_embed target variable)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set(files ${ARGN})
  list(SORT files)
  add_custom_command(
    OUTPUT ${out}/${variable}.cpp ${out}/${variable}.h
    COMMAND ${CMAKE_COMMAND} -DVARIABLE=${variable} -DOUT=${out} "-DFILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/cmake/WriteEmbedded.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/WriteEmbedded.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out}/${variable}.cpp)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_BINARY_DIR}>)
endfunction()
