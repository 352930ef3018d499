# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Files become strings of the program, so that a tool needs none of them where
# it runs.
#
# dlnet_embed(name [FOLDER folder] FILES path... [AS path=file...])
#
# Makes name.cpp in the binary folder, for a library of this folder: it defines
# dlnet::embedded::name(), as frontend/support/EmbeddedFiles.h says. FILES are
# found, and called, by their paths in FOLDER; AS calls a file by another path.
function(dlnet_embed name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "FILES;AS")
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  set(pairs ${arg_AS})
  foreach(path IN LISTS arg_FILES)
    list(APPEND pairs ${path}=${arg_FOLDER}/${path})
  endforeach()
  set(files ${pairs})
  list(TRANSFORM files REPLACE "^[^=]*=" "")
  string(REPLACE ";" "," pairs "${pairs}")
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
  add_custom_command(
    OUTPUT ${name}.cpp
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} "-DPAIRS=${pairs}" -P ${script}
    DEPENDS ${script} ${files}
    VERBATIM)
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  return()
endif()

# cmake -DNAME=name -DPAIRS=path=file,... -P EmbedFiles.cmake
set(code "#include \"frontend/support/EmbeddedFiles.h\"\n\n")
set(table "")
string(REPLACE "," ";" pairs "${PAIRS}")
set(index 0)
foreach(pair IN LISTS pairs)
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
  set(path ${CMAKE_MATCH_1})
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND code "static const char k${index}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${path}\", k${index}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${NAME}.cpp" "${code}
namespace dlnet::embedded {
const EmbeddedFiles &${NAME}();
} // namespace dlnet::embedded

const dlnet::EmbeddedFiles &dlnet::embedded::${NAME}() {
  static const EmbeddedFiles all({
${table}  });
  return all;
}
")
