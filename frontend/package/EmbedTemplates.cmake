# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# cmake -DOUTPUT=FILE.cpp -DFOLDER=folder -DFILES=path,... -P EmbedTemplates.cmake
# Files of a folder become strings of the program, by their paths.
set(code "#include \"frontend/package/Templates.h\"\n\n")
set(table "")
string(REPLACE "," ";" files "${FILES}")
set(index 0)
foreach(path IN LISTS files)
  file(READ "${FOLDER}/${path}" bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND code "static const char k${index}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${path}\", k${index}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUTPUT}" "${code}
const std::vector<dlnet::package::Template> &dlnet::package::templates() {
  static const std::vector<Template> all = {
${table}  };
  return all;
}
")
