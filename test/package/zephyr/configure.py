#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What Zephyr's scripts do with a module and an application's prj.conf.

  configure.py MODULE prj.conf OUTPUT.cmake

Writes the CONFIG_ variables, and prints the folder of the module's CMakeLists.txt.
Fails on a symbol that Kconfig does not know, as Zephyr does.
"""
import os
import sys

import kconfiglib
import yaml


def main():
    module, configuration, output = sys.argv[1:]
    with open(os.path.join(module, "zephyr", "module.yml"), encoding="utf-8") as file:
        build = yaml.safe_load(file)["build"]
    kconfig = kconfiglib.Kconfig(os.path.join(module, build["kconfig"]), warn_to_stderr=False)
    kconfig.load_config(configuration)
    if kconfig.warnings:
        sys.exit("\n".join(kconfig.warnings))
    with open(output, "w", encoding="utf-8") as file:
        for symbol in kconfig.unique_defined_syms:
            file.write(f"set(CONFIG_{symbol.name} {symbol.str_value})\n")
    print(os.path.join(module, build["cmake"]))


if __name__ == "__main__":
    main()
