# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A stand-in for Zephyr's build system, for tests: as much of it as the module
# and its sample use, for the host. It reads the module's own module.yml and
# Kconfig (with kconfiglib, of which Zephyr has a copy) and the sample's prj.conf.
# It shows that they fit together; it shows nothing about a board.
enable_language(C)
set(ZEPHYR_STAND_IN ${CMAKE_CURRENT_LIST_DIR})

function(zephyr_include_directories)
  foreach(folder IN LISTS ARGN)
    get_filename_component(folder ${folder} ABSOLUTE)
    target_include_directories(zephyr_interface INTERFACE ${folder})
  endforeach()
endfunction()

macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY ${name})
  add_library(${name} STATIC "")
  target_link_libraries(${name} PUBLIC zephyr_interface)
  target_link_libraries(app PRIVATE ${name})
endmacro()

function(zephyr_library_sources)
  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()

function(zephyr_library_sources_ifdef option)
  if(${${option}})
    zephyr_library_sources(${ARGN})
  endif()
endfunction()

add_library(zephyr_interface INTERFACE)
target_include_directories(zephyr_interface INTERFACE ${ZEPHYR_STAND_IN})
add_executable(app)
target_link_libraries(app PRIVATE zephyr_interface)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(module IN LISTS ZEPHYR_EXTRA_MODULES)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} -B ${ZEPHYR_STAND_IN}/configure.py ${module} ${CMAKE_CURRENT_SOURCE_DIR}/prj.conf
            ${CMAKE_CURRENT_BINARY_DIR}/config.cmake
    RESULT_VARIABLE failed OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    message(FATAL_ERROR "${module}: cannot be configured")
  endif()
  include(${CMAKE_CURRENT_BINARY_DIR}/config.cmake)
  add_subdirectory(${folder} ${CMAKE_CURRENT_BINARY_DIR}/module)
endforeach()
