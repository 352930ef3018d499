# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What every situation needs: the tools that were built, and a way to run them that hides nothing."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FAMILY = os.path.join(ROOT, "trainer", "pretrained", "soh.safetensors")
# Set by cases.py before it loads a module of situations.
BUILD = os.environ["DLNET_CASES_BUILD"]
DLNETC = os.path.join(BUILD, "bin", "dlnetc")
DLNET_TRAIN = os.path.join(BUILD, "bin", "dlnet-train")
DLNET_OPT = os.path.join(BUILD, "bin", "dlnet-opt")


def attempt(*command, timeout=120, **options):
    """Runs a command to its end whatever that is: `returncode`, `stdout` and `stderr`."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="replace",
                          timeout=timeout, **{"env": environment, **options})


def run(*command, **options):
    """Standard output of a command that must succeed; a failure shows everything."""
    done = attempt(*command, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def refused(*command, **options):
    """Standard error of a command that must fail as a tool fails: with a message, and not by a signal."""
    done = attempt(*command, **options)
    if not 0 < done.returncode < 126 or "error: " not in done.stderr:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}, an error was expected\n"
                             f"{done.stdout}{done.stderr}")
    return done.stderr
