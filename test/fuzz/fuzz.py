#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds the tree with clang and the fuzz targets with it, and runs them.

  fuzz.py --build BUILD build
  fuzz.py --build BUILD short TARGET
  fuzz.py --build BUILD long [TARGET...] [--seconds N]

The clang build is BUILD/clang: all C++ and C of the tree under ASAN and UBSAN, warnings as errors. `short` replays
the target's corpus and findings of the past (corpus/TARGET, in the tree) and tries a fixed number of mutations, the
same ones every time. `long` fuzzes each target for N seconds, keeps what is new of its corpus in
BUILD/fuzz/TARGET/corpus and findings in BUILD/fuzz/TARGET/findings, and exits with 1 when there are any. 77: no clang
19, or no libFuzzer, here.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CORPUS = os.path.join(HERE, "corpus")
SKIPPED = 77

# Of each target: mutations of a short run, for a few seconds; the longest input in bytes.
TARGETS = {
    "budget": (100000, 200),
    "elf": (20000, 16384),
    "family": (40000, 16384),
    "journal": (10000, 512),
    "mat": (200, 65536),
    "passes": (1000, 16384),
    "serial": (1000, 2048),
    "split": (20000, 4096),
    "table": (20000, 16384),
}
# The lit tests are a corpus of IR; budgets, tables and the like have their own.
MORE = {"passes": [os.path.join(ROOT, "test", "lit")]}


def skip(why):
    print(f"fuzz: skipped: {why}")
    sys.exit(SKIPPED)


def has_libfuzzer(folder):
    source = os.path.join(folder, "probe.cpp")
    with open(source, "w", encoding="ascii") as file:
        file.write("#include <cstddef>\n#include <cstdint>\n"
                   'extern "C" int LLVMFuzzerTestOneInput(const uint8_t *, size_t) { return 0; }\n')
    return subprocess.run(["clang++-19", "-fsanitize=fuzzer,address", source, "-o", os.path.join(folder, "probe")],
                          capture_output=True).returncode == 0


def build(options):
    if not shutil.which("clang++-19"):
        skip("no clang++-19")
    with tempfile.TemporaryDirectory() as folder:
        if not has_libfuzzer(folder):
            skip("clang++-19 has no libFuzzer: libclang-rt-19-dev")
    folder = os.path.join(options.build, "clang")
    # The build runs what it built.
    variables = {**environment(), "CCACHE_SLOPPINESS": "pch_defines,time_macros"}
    launchers = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
    subprocess.run(["cmake", "--preset", "fuzz", "-S", ROOT, "-B", folder, "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON"] +
                   (launchers if shutil.which("ccache") else
                    [text.split("=")[0] + "=" for text in launchers]),
                   check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    subprocess.run(["cmake", "--build", folder, "--target", "dlnet_programs", "--parallel",
                    str(os.cpu_count()), "--", "--quiet"], check=True, env=variables)


def program(options, target):
    path = os.path.join(options.build, "clang", "bin", "fuzz_" + target)
    if not os.path.exists(path):
        skip(f"{target} was not built")
    return path


def settings(target):
    dictionary = os.path.join(HERE, target + ".dict")
    return [f"-max_len={TARGETS[target][1]}", "-timeout=30", "-rss_limit_mb=4096"] + \
        ([f"-dict={dictionary}"] if os.path.exists(dictionary) else [])


def environment():
    # libFuzzer reports what leaks; LLVM and HDF5 keep things for the process. LLVM's headers mark memory for the
    # sanitizer when we compile them, which Debian's libMLIR, compiled without, knows nothing of.
    return {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:allow_user_poisoning=0",
            "UBSAN_OPTIONS": "print_stacktrace=1"}


def short(options):
    (target,) = options.targets
    fuzzer = program(options, target)
    seeds = sorted(glob.glob(os.path.join(CORPUS, target, "*")))
    if not seeds:
        sys.exit(f"fuzz: error: {target} has no corpus")
    with tempfile.TemporaryDirectory() as folder:
        common = [*settings(target), f"-artifact_prefix={folder}/"]
        for command in ([fuzzer, *common, *seeds],
                        [fuzzer, *common, f"-runs={TARGETS[target][0]}", "-seed=1", os.path.join(folder, "new"),
                         os.path.join(CORPUS, target), *MORE.get(target, [])]):
            os.makedirs(os.path.join(folder, "new"), exist_ok=True)
            done = subprocess.run(command, env=environment(), cwd=folder, capture_output=True, text=True,
                                  errors="replace")
            if done.returncode != 0:
                keep(options, target, folder)
                sys.exit(f"{done.stderr[-8000:]}\nfuzz: {target}: a finding")
        print(done.stderr[-1500:])


def keep(options, target, folder):
    kept = os.path.join(options.build, "fuzz", target, "findings")
    os.makedirs(kept, exist_ok=True)
    for kind in ("crash-", "timeout-", "oom-", "leak-"):
        for path in glob.glob(os.path.join(folder, kind + "*")):
            print("fuzz: kept", shutil.copy(path, kept))


def long(options):
    findings = 0
    for target in options.targets or sorted(TARGETS):
        folder = os.path.join(options.build, "fuzz", target)
        corpus, found = os.path.join(folder, "corpus"), os.path.join(folder, "findings")
        for path in (corpus, found):
            os.makedirs(path, exist_ok=True)
        before = set(os.listdir(found))
        print(f"fuzz: {target} for {options.seconds} s", flush=True)
        with open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
            done = subprocess.run([program(options, target), *settings(target), f"-artifact_prefix={found}/",
                                   f"-max_total_time={options.seconds}", corpus, os.path.join(CORPUS, target),
                                   *MORE.get(target, [])], env=environment(), stdout=log, stderr=log)
        new = sorted(set(os.listdir(found)) - before)
        if done.returncode != 0 or new:
            findings += 1
            print(f"fuzz: {target}: FINDING, see {folder}/log: {' '.join(new)}", flush=True)
    print(f"fuzz: {findings} targets with findings")
    sys.exit(findings != 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("what", choices=("build", "short", "long"))
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=600, help="of each target")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    for target in options.targets:
        if target not in TARGETS:
            parser.error(f"no target is called '{target}'; there are {', '.join(TARGETS)}")
    if options.what == "short" and len(options.targets) != 1:
        parser.error("short takes one target")
    if options.seconds < 1:
        parser.error("seconds are at least 1")
    {"build": build, "short": short, "long": long}[options.what](options)


if __name__ == "__main__":
    main()
