# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# cmake -DOUTPUT=FILE.cpp -DASSETS=kName=file,... -P EmbedAssets.cmake
# Files become strings of the program, so that dlnetc needs none of them.
set(code "#include \"frontend/report/Assets.h\"\n\nnamespace dlnet::report::assets {\n")
string(REPLACE "," ";" pairs "${ASSETS}")
foreach(pair IN LISTS pairs)
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
  set(name ${CMAKE_MATCH_1})
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND code "const char ${name}[] = {${bytes}0};\n")
endforeach()
file(WRITE "${OUTPUT}" "${code}} // namespace dlnet::report::assets\n")
