# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The tests run with the tools of this build and the FileCheck of the LLVM that
# it was built with, whatever else is on the PATH.
import os
import sys

import lit.formats

config.name = "dlnet"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.dlnet_tools_dir, config.llvm_tools_dir, config.environment["PATH"]]
)
config.substitutions.append(
    (
        "%family",
        os.path.join(
            config.dlnet_source_root, "trainer", "pretrained", "soh.safetensors"
        ),
    )
)
config.substitutions.append(("%python", sys.executable))
try:
    import psutil  # noqa: F401

    lit_config.maxIndividualTestTime = 120
except ImportError:
    lit_config.note("no psutil, so a test that hangs is not stopped")
