# SPDX-License-Identifier: Apache-2.0
# Run by upselld_embed. Text only: each file becomes one raw string, cut into pieces that every
# compiler takes.
file(WRITE ${OUT}/${VARIABLE}.h "#pragma once\n#include <span>\n#include \"core/embedded_file.h\"\n"
  "std::span<const upselld::EmbeddedFile> ${VARIABLE}();\n")
set(code "#include \"embedded/${VARIABLE}.h\"\nnamespace {\nconst upselld::EmbeddedFile kFiles[] = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?)" "\"\\1\"\n" escaped "${escaped}")
  file(SIZE ${file} size)
  string(APPEND code "{\"${name}\", std::string_view(\n${escaped}\"\", ${size})},\n")
endforeach()
string(APPEND code "};\n}\nstd::span<const upselld::EmbeddedFile> ${VARIABLE}() { return kFiles; }\n")
file(WRITE ${OUT}/${VARIABLE}.cpp "${code}")
