#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Hunts for networks between ports that dlnet gets wrong.

  ports_hunt.py --build BUILD [--networks N] [--seed S] [--jobs J] [--with NAME] [--json FILE]

As hunt.py, with networks of its own: streams and windows of several ports of any sign and scale, several states, several
outputs. What is compared are the golden vectors of their self-tests, 48 runs or steps each, which are the integer
executor's.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hunt  # noqa: E402

VECTORS = 48


class PortsBatch(hunt.Batch):
    TOOL, AGAIN = "dlnet_ports_hunt", "python3 test/hunt/ports_hunt.py --build BUILD"

    def write_table(self, names):
        with open(self.path("networks.c"), "w", encoding="ascii") as file:
            file.write('#include "test/firmware/firmware.h"\n')
            for name in names:
                file.write(f'#include "{name}.h"\nstatic {name}_state state_{name};\n')
            file.write("int main(int argc, char **argv) {\n  int32_t defects = 0;\n  (void)argc;\n  (void)argv;\n")
            for name in names:
                file.write(f"  if ({name}_selftest(&state_{name}) != 0) {{\n"
                           f'    print_value("defect {name}: self-test differs", 0);\n    ++defects;\n  }}\n')
            file.write(f'  print_value("compared", {VECTORS * len(names)});\n  return defects == 0 ? 0 : 1;\n}}\n')

    def sources(self, names):
        return ["networks.c"] + [name + ending for name in names for ending in (".c", "_selftest.c")]


if __name__ == "__main__":
    hunt.main(PortsBatch, __doc__)
