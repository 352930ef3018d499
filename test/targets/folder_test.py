#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A target is one folder: with one more in passes/targets, and nothing else changed, the registry has it.

  folder_test.py SOURCE CMAKE CXX
"""
import os
import shutil
import subprocess
import sys
import tempfile

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(one_more LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 17)
add_library(dlnet_options INTERFACE)
target_include_directories(dlnet_options INTERFACE ${PROJECT_SOURCE_DIR})
include(frontend/support/EmbedFiles.cmake)
add_subdirectory(passes/plan)
add_subdirectory(passes/targets)
add_executable(list list.cpp)
target_link_libraries(list dlnet_cost)
"""
LIST = """#include "passes/targets/Target.h"
#include <cstdio>
int main() {
  for (const dlnet::cost::Target &target : dlnet::cost::targets())
    std::printf("%s %g\\n", target.name.c_str(), target.clockMhz);
}
"""


def targets(folder, cmake, compiler):
    """Lines of the names and clocks that a program of these sources knows."""
    build = os.path.join(folder, "build")
    for command in ([cmake, "-S", folder, "-B", build, "-DCMAKE_CXX_COMPILER=" + compiler, "-DCMAKE_BUILD_TYPE=Debug"],
                    [cmake, "--build", build]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return subprocess.run([os.path.join(build, "list")], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def main():
    source, cmake, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        cores = os.path.join(folder, "passes", "targets")
        for name in ("plan", "targets"):
            shutil.copytree(os.path.join(source, "passes", name), os.path.join(folder, "passes", name))
        os.makedirs(os.path.join(folder, "frontend", "support"))
        for name in ("EmbedFiles.cmake", "EmbeddedFiles.h"):
            shutil.copy(os.path.join(source, "frontend", "support", name), os.path.join(folder, "frontend", "support"))
        for name, text in (("CMakeLists.txt", PROJECT), ("list.cpp", LIST)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        before = targets(folder, cmake, compiler)
        one_more = os.path.join(cores, "one_more")
        shutil.copytree(os.path.join(cores, "rv32"), one_more)
        path = os.path.join(one_more, "Target.cpp")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("rv32", "one_more").replace("clockMhz = 160", "clockMhz = 123"))
        after = targets(folder, cmake, compiler)
    assert "rv32 160" in before and "one_more 123" not in before, before
    assert sorted(after) == sorted(before + ["one_more 123"]), after


if __name__ == "__main__":
    main()
