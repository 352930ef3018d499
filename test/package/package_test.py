#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each kind of package, built and run as an outsider would.

  package_test.py DLNETC FAMILY count_instructions.so

CMake, Kconfig and the compilers are the real ones; Arduino.h and Zephyr's CMake
functions are the stand-ins beside this file.
"""
import filecmp
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

import kconfiglib
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "test", "tools", "m4"))
import m4run  # noqa: E402

DLNETC, FAMILY, PLUGIN = (os.path.abspath(path) for path in sys.argv[1:4])
MACHINE = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
STRICT = "-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror".split()
# As Arduino's cores compile, but with warnings that count.
SKETCH = "-x c++ -std=gnu++11 -fno-exceptions -fno-rtti -fno-threadsafe-statics -Wall -Wextra -Werror".split()


def run(*command, **options):
    """Standard output; a failure shows everything."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def pack(folder, kinds, *options, family=FAMILY):
    return run(DLNETC, "compile", family, "--package=" + kinds, "-o", folder, *options)


def by_initial_capacity(target):
    """The family as if it had been trained by each cell's own capacity at first."""
    with open(FAMILY, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    family = json.loads(header["__metadata__"]["family"])
    family["data"]["soh"] = "initial"
    header["__metadata__"]["family"] = json.dumps(family)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + content[8 + length:])
    return target


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(place, name), folder)
                  for place, _, names in os.walk(folder) for name in names)


def capacities(count):
    """The README's cell, in mAh."""
    return [1080 - cycle * cycle // 3000 for cycle in range(1, count + 1)]


class Package(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def pack(self, kind, *options):
        pack(self.folder, kind, *options)
        return os.path.join(self.folder, "soh-" + kind)


class CMakePackage(Package):
    def build(self, source, build, *options):
        run("cmake", "-S", source, "-B", build, "-DCMAKE_BUILD_TYPE=Release", *options)
        run("cmake", "--build", build)

    def forecasts(self, program):
        text = "".join(f"{capacity}\n" for capacity in capacities(600))
        forecast = run(program, "1100", input=text).split()
        # The nominal capacity is the header's unless it is given.
        self.assertEqual(run(program, input=text).split(), forecast)
        self.refuses_unreadable_rows(program, capacities(600))
        return forecast

    def refuses_unreadable_rows(self, program, cell):
        rows = [str(capacity) for capacity in cell]
        for bad in ("n/a", "", "nan", "-5", "0", "1,05", "1078 mAh", "9" * 100):
            text = "\n".join(rows[:300] + [bad] + rows[300:]) + "\n"
            done = subprocess.run([program], input=text, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (1, ""), bad)
            self.assertIn("line 301: no capacity", done.stderr)
        # Empty lines at the end are none.
        self.assertEqual(len(run(program, input="\n".join(rows) + "\n\n\n").split()), 100)

    def test_installed_in_the_build_folder_and_within_a_project(self):
        package = self.pack("cmake")
        build, installed = os.path.join(self.folder, "build"), os.path.join(self.folder, "installed")
        self.build(package, build, "-DCMAKE_INSTALL_LIBDIR=lib")
        self.assertIn("100% tests passed, 0 tests failed out of 1", run("ctest", "--test-dir", build))
        found = {}
        outside = shutil.copytree(os.path.join(package, "example"), os.path.join(self.folder, "outside"))
        self.build(outside, os.path.join(self.folder, "a"), "-DCMAKE_PREFIX_PATH=" + build)
        found["build"] = self.forecasts(os.path.join(self.folder, "a", "forecast"))

        run("cmake", "--install", build, "--prefix", installed)
        shutil.rmtree(build)  # what is installed needs neither of them
        inside = os.path.join(self.folder, "inside")
        os.makedirs(inside)
        shutil.move(package, os.path.join(inside, "soh"))
        self.assertEqual(files_below(installed), [
            "include/soh/soh.h", "lib/cmake/soh/sohConfig.cmake", "lib/cmake/soh/sohConfigVersion.cmake",
            "lib/cmake/soh/sohTargets-release.cmake", "lib/cmake/soh/sohTargets.cmake", "lib/libsoh_forecast.a"])
        self.build(outside, os.path.join(self.folder, "b"), "-DCMAKE_PREFIX_PATH=" + installed)
        found["installed"] = self.forecasts(os.path.join(self.folder, "b", "forecast"))

        with open(os.path.join(inside, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.15)\nproject(inside C)\nadd_subdirectory(soh)\n"
                       "add_executable(forecast soh/example/forecast.c)\n"
                       "target_link_libraries(forecast PRIVATE soh::soh)\n")
        self.build(inside, os.path.join(self.folder, "c"))
        found["within"] = self.forecasts(os.path.join(self.folder, "c", "forecast"))
        self.assertEqual(len(found["build"]), 100)
        self.assertEqual(found["build"], found["installed"])
        self.assertEqual(found["build"], found["within"])
        # 400 cycles of the fade that was shown would end at 0.83.
        self.assertAlmostEqual(float(found["build"][-1]), capacities(700)[-1] / 1100, delta=0.01)

    def test_for_a_cortex_m4(self):
        package, build = self.pack("cmake"), os.path.join(self.folder, "build")
        self.build(package, build, "-DCMAKE_SYSTEM_NAME=Generic", "-DCMAKE_SYSTEM_PROCESSOR=arm",
                   "-DCMAKE_C_COMPILER=arm-none-eabi-gcc", "-DCMAKE_C_FLAGS=" + " ".join(MACHINE),
                   "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY")
        symbols = run("arm-none-eabi-nm", os.path.join(build, "libsoh_forecast.a"))
        for call in ("init", "push", "set_age", "forecast", "predict", "selftest"):
            self.assertRegex(symbols, rf" T soh_{call}\n")

    def test_another_version_is_refused(self):
        package, build = self.pack("cmake", "--package-version", "2.3.4"), os.path.join(self.folder, "build")
        self.build(package, build)
        example = os.path.join(package, "example")
        self.assertIn("find_package(soh 2.3.4 ", read(example, "CMakeLists.txt"))
        for wanted, accepted in (("2.3.4", True), ("2.1.0", True), ("2.4.0", False), ("3.0.0", False)):
            text = re.sub(r"soh [\d.]+", f"soh {wanted}", read(example, "CMakeLists.txt"))
            with open(os.path.join(example, "CMakeLists.txt"), "w", encoding="utf-8") as file:
                file.write(text)
            done = subprocess.run(["cmake", "-S", example, "-B", os.path.join(self.folder, wanted),
                                   "-DCMAKE_PREFIX_PATH=" + build], capture_output=True, text=True)
            self.assertEqual(done.returncode == 0, accepted, done.stderr)

    def test_the_commands_of_its_readme(self):
        package = self.pack("cmake")
        blocks = re.findall(r"^```sh\n(.*?)^```$", read(package, "README.md"), re.M | re.S)
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            run("bash", "-euo", "pipefail", "-c", block, cwd=package)
        self.assertTrue(os.access(os.path.join(package, "example", "build", "forecast"), os.X_OK))


class Arduino(Package):
    def sketch(self, library, name):
        return os.path.join(library, "examples", name, name + ".ino")

    def objects(self, library, name, compiler, flags, extra):
        """The sketch, the library and the stand-in, as objects."""
        objects = []
        arduino = os.path.join(HERE, "arduino")
        c_files = [os.path.join(library, "src", file) for file in sorted(os.listdir(os.path.join(library, "src")))
                   if file.endswith(".c")]
        for source in [self.sketch(library, name), os.path.join(arduino, "Arduino.cpp"), *c_files, *extra]:
            is_c = source.endswith(".c")
            path = os.path.join(self.folder, f"{len(objects)}.o")
            run(compiler + ("gcc" if is_c else "g++"), *flags, "-Os", "-ffunction-sections", "-fdata-sections",
                *(["-std=c11"] if is_c else [*SKETCH, "-include", "Arduino.h"]), "-I" + arduino, "-I" + ROOT,
                "-I" + os.path.join(library, "src"), "-c", source, "-o", path)
            objects.append(path)
        return objects

    def on_host(self, library, name, sent=""):
        program = os.path.join(self.folder, "sketch")
        flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        run("g++", *flags, *self.objects(library, name, "", flags,
                                         [os.path.join(ROOT, "runtime", "ports", "host", "board.c")]), "-o", program)
        self.send(sent)
        return run(program, cwd=self.folder)

    def on_cortex_m4(self, library, name, sent=""):
        sim = os.path.join(ROOT, "runtime", "ports", "sim")
        elf = os.path.join(self.folder, "sketch.elf")
        objects = self.objects(library, name, "arm-none-eabi-", MACHINE,
                               [os.path.join(sim, file) for file in ("startup.c", "semihost.c", "board.c")])
        run("arm-none-eabi-gcc", *MACHINE, "--specs=nano.specs", "--specs=nosys.specs", "-nostartfiles",
            "-Wl,--gc-sections", "-T", os.path.join(sim, "sim.ld"), *objects, "-o", elf)
        self.send(sent)
        here = os.getcwd()
        os.chdir(self.folder)  # semihosting opens what lies in the working folder
        try:
            done = m4run.run(elf)
        finally:
            os.chdir(here)
        self.assertEqual(done["status"], 0, done["stdout"])
        return done["stdout"]

    def send(self, text):
        with open(os.path.join(self.folder, "serial.txt"), "w", encoding="utf-8") as file:
            file.write(text)

    def test_self_test(self):
        library = self.pack("arduino")
        for where in (self.on_host, self.on_cortex_m4):
            lines = where(library, "SelfTest").splitlines()
            self.assertEqual(len(lines), 4)
            for led, said in (lines[:2], lines[2:]):
                self.assertEqual(led, "[LED 1]")
                self.assertRegex(said, r"^soh self-test: passed in \d+ microseconds$")

    def test_self_test_that_fails(self):
        library = self.pack("arduino")
        path = os.path.join(library, "src", "soh.c")
        text = read(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(soh_bias0\[\d+\] = \{\n +)(-?\d+)", lambda found: found[1] + str(int(found[2]) + 400),
                              text))
        self.assertNotEqual(read(path), text)
        lines = self.on_host(library, "SelfTest").splitlines()
        self.assertEqual(lines[0], "[LED 0]")
        self.assertRegex(lines[1], r"^soh self-test: FAILED in \d+ microseconds$")

    def test_forecast(self):
        library = self.pack("arduino")
        cell = capacities(101)
        sent = "12x\n\n0\n-5\n2201\n99999999999999999999999\nmAh\n"
        sent += "".join(f"{capacity}\n" for capacity in cell[:99]) + f"{cell[99]}\r\n{cell[100]}\n"
        said = self.on_host(library, "SohForecast", sent)
        self.assertEqual(said, self.on_cortex_m4(library, "SohForecast", sent))
        made_up, yours = said.split("your cell: send the capacity of each cycle in mAh\n")
        self.assertRegex(made_up, r"^a made-up cell:\n(in \d+0 cycles: SOH 0\.\d{4}\n){10}not below 0\.8 so soon\n"
                                  r"\d+ microseconds\n$")
        again = "; the cycle is not counted, send it again\n"
        self.assertEqual(yours.count("error: not a capacity in mAh" + again), 5)
        self.assertEqual(yours.count("error: too long" + again), 1)
        rest = re.sub("error: .*\n", "", yours)
        progress = "".join(f"{k} of 100\n" for k in range(1, 100))
        self.assertTrue(rest.startswith(progress), rest)
        forecasts = re.findall(r"in 10 cycles: SOH (\d\.\d{4})\n", rest[len(progress):])
        self.assertEqual(len(forecasts), 2)
        self.assertAlmostEqual(float(forecasts[0]), capacities(110)[-1] / 1100, delta=0.01)

    def test_forecast_by_initial_capacity(self):
        """The median of the first five cycles is SOH 1, whatever the size of the cell."""
        pack(self.folder, "arduino", family=by_initial_capacity(os.path.join(self.folder, "initial.safetensors")))
        library = os.path.join(self.folder, "soh-arduino")
        forecasts = {}
        for size in (2000, 2.5):
            cell = [size * (1 + (k < 5) * (k - 2) / 100 - k / 2000) for k in range(100)]
            said = self.on_host(library, "SohForecast", "".join(f"{capacity:.3f}\n" for capacity in cell))
            forecasts[size] = float(re.search(r"in 10 cycles: SOH (\d\.\d{4})\n", said.split("99 of 100")[1])[1])
        # One of five, in the middle, is 0.999 of the size; the fade goes on.
        self.assertAlmostEqual(forecasts[2000], (1 - 109 / 2000) / 0.999, delta=0.01)
        self.assertAlmostEqual(forecasts[2.5], forecasts[2000], delta=0.001)

    def test_end_of_life(self):
        library = self.pack("arduino")
        worn = [950 - 3 * k // 4 for k in range(100)]
        said = self.on_host(library, "SohForecast", "".join(f"{capacity}\n" for capacity in worn))
        self.assertRegex(said.split("99 of 100")[1], r"\nbelow 0\.8 in 1 cycles\n")

    def test_zip(self):
        library = self.pack("arduino")
        with zipfile.ZipFile(library + ".zip") as file:
            self.assertIsNone(file.testzip())
            entries = file.infolist()
            for entry in entries:
                self.assertEqual(entry.date_time, (1980, 1, 1, 0, 0, 0))
                self.assertEqual(entry.compress_type, zipfile.ZIP_STORED)
                self.assertEqual(entry.external_attr >> 16, 0o100644)
                self.assertEqual(entry.filename.split("/")[0], "SohForecast")
            file.extractall(self.folder)
        inside = os.path.join(self.folder, "SohForecast")
        self.assertEqual(sorted(entry.filename.split("/", 1)[1] for entry in entries), files_below(library))
        same, different, missing = filecmp.cmpfiles(library, inside, files_below(library), shallow=False)
        self.assertEqual((len(same), different, missing), (len(entries), [], []))

    def test_layout(self):
        """By Arduino's library specification 1.5, rev. 2.2, and its sketch specification."""
        library = self.pack("arduino", "--package-author", "Zoë <zoe@example.org>", "--package-url",
                            "https://example.org/soh?a=1", "--package-version", "0.3.10")
        lines = read(library, "library.properties").splitlines()
        properties = dict(line.split("=", 1) for line in lines)
        self.assertEqual(len(properties), len(lines))
        for key in ("name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url",
                    "architectures"):
            self.assertTrue(properties[key].strip(), key)
        self.assertRegex(properties["name"], r"^(?!Arduino)[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}$")
        self.assertEqual(properties["version"], "0.3.10")
        self.assertEqual(properties["author"], "Zoë <zoe@example.org>")
        self.assertEqual(properties["url"], "https://example.org/soh?a=1")
        self.assertEqual(properties["category"], "Data Processing")
        architectures = properties["architectures"].split(",")
        self.assertEqual(architectures, sorted(set(architectures), key=str.lower))
        self.assertLessEqual({"mbed_nano", "samd", "rp2040", "esp32", "stm32", "nrf52", "renesas_uno"}, set(architectures))
        self.assertFalse({"*", "avr", "megaavr"} & set(architectures), "whose int has 16 bits")
        self.assertIn(properties["includes"], os.listdir(os.path.join(library, "src")))
        for sketch in os.listdir(os.path.join(library, "examples")):
            self.assertTrue(os.path.isfile(self.sketch(library, sketch)), sketch)
        header = read(library, "src", "soh.h")
        for line in read(library, "keywords.txt").splitlines():
            if line and not line.startswith("#"):
                word, kind = line.split("\t")
                self.assertIn(kind, ("KEYWORD1", "KEYWORD2", "LITERAL1"))
                self.assertRegex(header, rf"\b{word}\b")
        for call in re.findall(r"^int (soh_\w+)\(", header, re.M):
            self.assertIn(call + "\tKEYWORD2\n", read(library, "keywords.txt"))


class PlatformIo(Package):
    def test_manifest(self):
        """By the fields' documentation."""
        library = self.pack("platformio", "--package-author", "Ann & <ann@example.org>")
        manifest = json.loads(read(library, "library.json"))
        self.assertRegex(manifest["name"], r"^[A-Za-z0-9][A-Za-z0-9-]{0,48}[A-Za-z0-9]$")
        self.assertRegex(manifest["version"], r"^\d+\.\d+\.\d+$")
        self.assertLessEqual(len(manifest["description"]), 255)
        self.assertEqual(manifest["authors"], [{"name": "Ann & <ann@example.org>", "maintainer": True}])
        self.assertEqual(manifest["frameworks"], "*")
        self.assertLessEqual({"nordicnrf52", "espressif32", "ststm32", "raspberrypi"}, set(manifest["platforms"]))
        self.assertFalse({"*", "atmelavr", "atmelmegaavr", "timsp430", "ststm8", "intel_mcs51"}
                         & set(manifest["platforms"]), "whose int has 16 bits")
        build = manifest["build"]
        self.assertIn(manifest["headers"], os.listdir(os.path.join(library, build["includeDir"])))
        self.assertIn("soh.c", os.listdir(os.path.join(library, build["srcDir"])))
        for example in manifest["examples"]:
            for file in example["files"]:
                self.assertTrue(os.path.isfile(os.path.join(library, example["base"], file)))
        # The sketches are those that the Arduino tests build and run.
        arduino = self.pack("arduino")
        for folder in ("examples", "src"):
            files = files_below(os.path.join(arduino, folder))
            same, *others = filecmp.cmpfiles(os.path.join(arduino, folder), os.path.join(library, folder), files,
                                             shallow=False)
            self.assertEqual((same, others), (files, [[], []]))


class Zephyr(Package):
    def test_module(self):
        module = self.pack("zephyr")
        description = yaml.safe_load(read(module, "zephyr", "module.yml"))
        self.assertEqual(description, {"name": "soh", "build": {"cmake": ".", "kconfig": "Kconfig"}})
        kconfig = kconfiglib.Kconfig(os.path.join(module, "Kconfig"), warn_to_stderr=False)
        self.assertEqual(kconfig.warnings, [])
        library, selftest = kconfig.syms["DLNET_SOH"], kconfig.syms["DLNET_SOH_SELFTEST"]
        self.assertEqual((library.str_value, selftest.str_value), ("n", "n"))
        selftest.set_value("y")
        self.assertEqual(selftest.str_value, "n")  # without the library
        library.set_value("y")
        self.assertEqual(selftest.str_value, "y")

    def test_sample(self):
        sample, build = os.path.join(self.pack("zephyr"), "samples", "selftest"), os.path.join(self.folder, "build")
        options = ["-DZephyr_DIR=" + os.path.join(HERE, "zephyr"), "-DPython3_EXECUTABLE=" + sys.executable]
        run("cmake", "-S", sample, "-B", build, *options)
        run("cmake", "--build", build)
        self.assertEqual(run(os.path.join(build, "app")), "soh self-test: passed\n")

        # Without its option the self-test is not there.
        with open(os.path.join(sample, "prj.conf"), "w", encoding="utf-8") as file:
            file.write("CONFIG_DLNET_SOH=y\n")
        run("cmake", "-S", sample, "-B", build, *options)
        done = subprocess.run(["cmake", "--build", build], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("undefined reference to `soh_selftest'", done.stdout + done.stderr)


class AnyKind(Package):
    KINDS = "cmake,arduino,platformio,zephyr"

    def test_all_at_once_and_the_same_bytes(self):
        """Whatever the order, the place, the time and the time zone."""
        a, b = os.path.join(self.folder, "a"), os.path.join(self.folder, "b", "deep")
        printed = pack(a, self.KINDS)
        for i, kind in enumerate(("zephyr,arduino", "platformio", "cmake")):
            run(DLNETC, "compile", FAMILY, "--package=" + kind, "-o", b, env={**os.environ, "TZ": f"UTC{5 * i}"})
        files = files_below(a)
        self.assertEqual(files, files_below(b))
        same, different, missing = filecmp.cmpfiles(a, b, files, shallow=False)
        self.assertEqual((different, missing), ([], []))
        # All that was written is named, and nothing else.
        self.assertEqual(sorted(printed.splitlines()[:-1]), sorted(os.path.join(a, file) for file in files))
        self.assertRegex(printed.splitlines()[-1], r"^tables \d+ B, state \d+ B$")

    def test_texts_are_whole(self):
        pack(self.folder, self.KINDS)
        for file in files_below(self.folder):
            if file.endswith(".zip"):
                continue
            with self.subTest(file=file):
                text = read(self.folder, file)
                self.assertNotRegex(text + file, r"@\w+@")  # a field that nobody filled in
                self.assertIsNone(re.search(r"[ \t]$", text, re.M))
                self.assertTrue(text.endswith("\n") and not text.endswith("\n\n"))
                self.assertNotIn(self.folder, text)

    def test_the_c_is_strict(self):
        pack(self.folder, self.KINDS)
        compilers = [["gcc"], ["arm-none-eabi-gcc", *MACHINE]]
        if shutil.which("clang"):
            compilers.append(["clang"])
        source = os.path.join(self.folder, "soh-zephyr", "src")
        for compiler in compilers:
            for file in ("soh.c", "soh_selftest.c"):
                run(*compiler, *STRICT, "-O2", "-c", os.path.join(source, file), "-o", os.path.join(self.folder, "o"))
        for file in ("example/forecast.c", "test/selftest.c"):
            run("gcc", *STRICT, "-O2", "-I" + source, "-c", os.path.join(self.folder, "soh-cmake", file), "-o",
                os.path.join(self.folder, "o"))

    def test_other_sizes_do_not_compile(self):
        pack(self.folder, "zephyr")
        source = os.path.join(self.folder, "soh-zephyr", "src")
        # A narrow int, and another layout, by force.
        for options, said in ((["-U__INT_MAX__", "-D__INT_MAX__=32767"], "#error .soh needs a processor whose int has 32"),
                              (["-Duint32_t=uint64_t"], "size of array .soh_state_has_the_stated_size. is negative")):
            done = subprocess.run(["gcc", "-fsyntax-only", *options, os.path.join(source, "soh.c")],
                                  capture_output=True, text=True)
            self.assertNotEqual(done.returncode, 0)
            self.assertRegex(done.stderr, "error: " + said)

    def test_another_prefix(self):
        """One that YAML, CMake and Arduino each have their own idea of."""
        pack(self.folder, self.KINDS, "--name", "no")
        zephyr = os.path.join(self.folder, "no-zephyr")
        self.assertEqual(yaml.safe_load(read(zephyr, "zephyr", "module.yml"))["name"], "no")
        self.assertEqual(sorted(kconfiglib.Kconfig(os.path.join(zephyr, "Kconfig")).syms.keys() &
                                {"DLNET_NO", "DLNET_NO_SELFTEST"}), ["DLNET_NO", "DLNET_NO_SELFTEST"])
        pack(self.folder, self.KINDS, "--name", "test_7b")
        package = os.path.join(self.folder, "test_7b-cmake")
        build = os.path.join(self.folder, "build")
        run("cmake", "-S", package, "-B", build)
        run("cmake", "--build", build)
        run("ctest", "--test-dir", build, "--no-tests=error")
        self.assertTrue(os.path.isfile(os.path.join(
            self.folder, "test_7b-arduino", "examples", "Test7bForecast", "Test7bForecast.ino")))


class Certificate(Package):
    def certificate(self, package, **changes):
        """A folder that ./dlnet certify could have made of a package's C."""
        folder = os.path.join(self.folder, "certify")
        os.makedirs(folder, exist_ok=True)
        figures = {}
        for key, file in (("source", "soh.c"), ("header", "soh.h"), ("selftest", "soh_selftest.c")):
            with open(os.path.join(package, "src", file), "rb") as content:
                figures[key + "_sha256"] = hashlib.sha256(content.read()).hexdigest()
        figures.update(changes)
        with open(os.path.join(folder, "certify.json"), "w", encoding="utf-8") as file:
            json.dump({key: value for key, value in figures.items() if value is not None}, file)
        with open(os.path.join(folder, "certify.md"), "w", encoding="utf-8") as file:
            file.write("# Certificate\n")
        return folder

    def refused(self, text, *options):
        before = files_below(self.folder)
        done = subprocess.run([DLNETC, "compile", FAMILY, "--package=arduino,cmake", "-o", self.folder, *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^dlnetc: error: .*" + text)
        self.assertEqual(files_below(self.folder), before)

    def test_goes_with_its_own_c_alone(self):
        package = self.pack("arduino")
        folder = self.certificate(package)
        pack(self.folder, "arduino,cmake", "--certificate", folder)
        for kind in ("arduino", "cmake"):
            for name in ("certify.md", "certify.json"):
                self.assertEqual(read(folder, name), read(self.folder, "soh-" + kind, "certificate", name))
        with zipfile.ZipFile(package + ".zip") as file:
            self.assertIn("SohForecast/certificate/certify.md", file.namelist())
        # A package may not keep a certificate of earlier C.
        self.refused("soh-arduino/certificate: is of an earlier package; remove it, or give --certificate",
                     "--model", "liquid16_b10_k4")
        self.refused("source_sha256 is not that of this C", "--model", "liquid16_b10_k4", "--certificate", folder)

    def test_a_real_one(self):
        self.pack("zephyr", "--name", "cell")
        folder = os.path.join(self.folder, "certify")
        run(sys.executable, "-B", os.path.join(ROOT, "test", "certify", "certify.py"), "--plugin", PLUGIN, "--windows",
            "3", "-o", folder, os.path.join(self.folder, "cell-zephyr", "src", "cell.c"))
        pack(self.folder, "zephyr,arduino", "--name", "cell", "--certificate", folder)
        self.assertIn("# Certificate of cell.c", read(self.folder, "cell-zephyr", "certificate", "certify.md"))
        self.refused("source_sha256 is not that of this C", "--certificate", folder)

    def test_of_something_else_is_refused(self):
        package = self.pack("arduino")
        for key in ("source_sha256", "header_sha256", "selftest_sha256"):
            for value in ("0" * 64, None, 7, []):
                folder = self.certificate(package, **{key: value})
                self.refused(f"certify.json: {key} is not that of this C", "--certificate", folder)
        for text in ("", "[]", "{", "7", '"source_sha256"', "\xff", "[" * 100000):
            with open(os.path.join(folder, "certify.json"), "w", encoding="latin-1") as file:
                file.write(text)
            self.refused("certify.json: is no JSON object", "--certificate", folder)
        with open(os.path.join(folder, "certify.json"), "w", encoding="utf-8") as file:
            file.write(" " * (1 << 20) + "{}")
        self.refused("certify.json: too large for a certificate", "--certificate", folder)
        os.remove(os.path.join(folder, "certify.md"))
        self.refused("certify.md: cannot be read", "--certificate", folder)
        self.refused("certify.md: cannot be read", "--certificate", os.path.join(self.folder, "missing"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
