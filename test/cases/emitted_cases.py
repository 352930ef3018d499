# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Emitted C in the builds that firmware teams have: other cores, other compilers, other flags, other files beside it."""
import os
import shutil
import subprocess
import tempfile
import unittest

from context import DLNETC, FAMILY, HERE, attempt, run

EMITTED = os.path.join(HERE, "emitted")
ARM = "arm-none-eabi-gcc"
RISCV = "riscv64-unknown-elf-gcc"
STRICT = """-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Wundef -Wcast-qual -Wcast-align -Wstrict-prototypes
  -Wmissing-prototypes -Werror""".split()
# What -Weverything says of sound C99: the padding of callers' structures, macros that a model has no use for,
# declarations among statements, and nothing else.
EVERYTHING = """-std=c99 -Weverything -Werror -Wno-padded -Wno-unused-macros -Wno-declaration-after-statement
  -Wno-unknown-warning-option -Wno-unsafe-buffer-usage""".split()
CXX = "-x c++ -Wall -Wextra -pedantic -Wconversion -Wshadow -Wundef -Wcast-qual -Werror".split()
# Little-endian Thumb-2 with the DSP instructions, and less and less to use for them.
RESERVED = ["", "-ffixed-r9", "-ffixed-r9 -fno-omit-frame-pointer", "-ffixed-r9 -ffixed-r10",
            "-ffixed-r8 -ffixed-r11", "-fPIC -msingle-pic-base",
            "-fPIC -msingle-pic-base -mpic-register=r9 -fno-omit-frame-pointer"]
CLANG_RESERVED = ["", "-frwpi", "-fropi -frwpi", "-frwpi -fno-omit-frame-pointer", "-mbig-endian"]
# Machine, emulator and what bare.c needs to know.
MACHINES = [
    (ARM, "-mcpu=cortex-m4 -mthumb", "qemu-arm"),
    (ARM, "-mcpu=cortex-m4 -mthumb -DDLN_NO_ASSEMBLER", "qemu-arm"),
    (ARM, "-mcpu=cortex-m4 -mthumb -ffixed-r9 -fno-omit-frame-pointer", "qemu-arm"),
    (ARM, "-mcpu=cortex-m33 -mthumb -ffixed-r9 -ffixed-r10", "qemu-arm"),
    (ARM, "-mcpu=cortex-m3 -mthumb", "qemu-arm"),
    (ARM, "-mcpu=cortex-m0plus -mthumb", "qemu-arm"),
    (ARM, "-mcpu=arm926ej-s -mthumb", "qemu-arm"),
    (ARM, "-mcpu=arm926ej-s -marm", "qemu-arm"),
    (ARM, "-mcpu=arm1176jzf-s -marm", "qemu-arm"),
    (ARM, "-mcpu=cortex-a7 -marm", "qemu-arm"),
    (ARM, "-mcpu=cortex-r5 -mthumb", "qemu-arm"),
    (ARM, "-mcpu=cortex-m4 -mthumb -mbig-endian", "qemu-armeb"),
    (ARM, "-mcpu=cortex-r5 -mthumb -mbig-endian", "qemu-armeb"),
    (ARM, "-mcpu=cortex-r5 -marm -mbig-endian", "qemu-armeb"),
    (RISCV, "-march=rv32imac -mabi=ilp32", "qemu-riscv32"),
]
# One model of each kind of kernel.
MODELS = ["liquid22_b10_k4", "liquid7_b5_k2_p50", "liquid48_b5_k4_p65"]


def need(test, *tools):
    for tool in tools:
        if not shutil.which(tool):
            test.skipTest(f"{tool} is not installed")


def models():
    return [line.split()[0] for line in run(DLNETC, "inspect", FAMILY).splitlines()
            if len(line.split()) > 9 and line.split()[1] in ("student", "teacher")]


class Emitted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.holder.cleanup)
        cls.emitted = {}

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = place.name

    def emit(self, model, name="soh", *options):
        """The folder with a model's C, made once a class."""
        key = (model, name, *options)
        if key not in self.emitted:
            folder = os.path.join(self.holder.name, str(len(self.emitted)))
            run(DLNETC, "compile", FAMILY, "--model", model, "--name", name, "-o", folder, *options)
            self.emitted[key] = folder
        return self.emitted[key]

    def compile(self, compiler, source, *flags):
        """The object of a source that must compile."""
        path = os.path.join(self.folder, "object.o")
        run(compiler, *flags, "-c", source, "-o", path)
        return path

    def calls(self, compiler, source, *flags):
        """What a source's object wants of others."""
        return run("nm", "-u", self.compile(compiler, source, *flags)).split()[1::2]


class Pair(Emitted):
    def mixed(self, header, sources):
        for name in ("soh.c", "soh_selftest.c"):
            shutil.copy(os.path.join(sources, name), self.folder)
        if header is not None:
            shutil.copy(os.path.join(header, "soh.h"), self.folder)

    def assert_refused(self, say="take soh.h and its sources from one run of dlnetc"):
        for name in ("soh.c", "soh_selftest.c"):
            done = attempt("gcc", "-std=c99", "-c", os.path.join(self.folder, name), "-o",
                           os.path.join(self.folder, "object.o"))
            self.assertEqual(done.returncode, 1, name)
            self.assertIn(say, done.stderr)

    def test_files_of_two_models(self):
        for header, sources in (("liquid10_b10_k3", "liquid7_b5_k2_p50"), ("liquid7_b5_k2_p50", "liquid10_b10_k3"),
                                ("liquid22_b10_k4", "liquid22_b10_k4_p50")):
            with self.subTest(header=header, sources=sources):
                self.mixed(self.emit(header), self.emit(sources))
                self.assert_refused()

    def test_files_of_two_compilations_of_one_model(self):
        plain = self.emit("liquid10_b10_k3")
        for options in (["--place", "ram"], ["--optimize", "size"], ["--lut-bits", "5"], ["--knot-tolerance", "0"]):
            other = self.emit("liquid10_b10_k3", "soh", *options)
            with self.subTest(options=options):
                self.mixed(other, plain)
                self.assert_refused()

    def test_a_header_from_before_digests(self):
        self.mixed(None, self.emit("liquid10_b10_k3"))
        with open(os.path.join(self.emit("liquid10_b10_k3"), "soh.h"), encoding="utf-8") as file:
            lines = [line for line in file if "SOH_DIGEST" not in line]
        with open(os.path.join(self.folder, "soh.h"), "w", encoding="utf-8") as file:
            file.writelines(lines)
        self.assert_refused()

    def test_files_of_one_model(self):
        self.mixed(self.emit("liquid10_b10_k3"), self.emit("liquid10_b10_k3"))
        for name in ("soh.c", "soh_selftest.c"):
            self.compile("gcc", os.path.join(self.folder, name), *STRICT)


class Machines(Emitted):
    def test_the_self_test_passes(self):
        """On cores without Thumb-2, without DSP instructions, of the other byte order, with registers reserved."""
        for compiler, machine, emulator in MACHINES:
            for model in MODELS:
                with self.subTest(machine=machine, model=model):
                    need(self, compiler, emulator)
                    source, program = self.emit(model), os.path.join(self.folder, "program")
                    run(compiler, *machine.split(), "-O2", "-ffreestanding", "-nostdlib", "-nostartfiles", "-I" + source,
                        os.path.join(EMITTED, "bare.c"), os.path.join(source, "soh.c"),
                        os.path.join(source, "soh_selftest.c"), "-Wl,--build-id=none", "-o", program)
                    cpu = [] if "riscv" in emulator else ["-cpu", "max"]
                    self.assertEqual(run(emulator, *cpu, program), "00000000\n")

    def test_reserved_registers(self):
        for model in models():
            source = os.path.join(self.emit(model), "soh.c")
            for flags in RESERVED:
                with self.subTest(model=model, flags=flags):
                    self.compile(ARM, source, *"-mcpu=cortex-m4 -mthumb -O2".split(), *flags.split())
            for flags in CLANG_RESERVED:
                with self.subTest(model=model, flags=flags):
                    need(self, "clang")
                    self.compile("clang", source, *"--target=arm-none-eabi -mcpu=cortex-m4 -mthumb -O2".split(),
                                 "-ffreestanding", *flags.split())

    def test_no_library_is_needed(self):
        compilers = [[ARM, "-mcpu=cortex-m4", "-mthumb"], [ARM, "-mcpu=cortex-m0plus", "-mthumb"],
                     [ARM, "-mcpu=cortex-m3", "-mthumb"], ["gcc"], ["clang"],
                     ["clang", "--target=arm-none-eabi", "-mcpu=cortex-m4", "-mthumb", "-ffreestanding"]]
        for model in MODELS:
            source = os.path.join(self.emit(model), "soh.c")
            for compiler, *machine in compilers:
                for level in ("-O0", "-O1", "-O2", "-O3", "-Os"):
                    with self.subTest(model=model, compiler=compiler, machine=machine, level=level):
                        need(self, compiler)
                        self.assertEqual(self.calls(compiler, source, *machine, level), [])

    def test_assembler_can_be_switched_off(self):
        for model in MODELS:
            source = os.path.join(self.emit(model), "soh.c")
            text = os.path.join(self.folder, "text.i")
            run(ARM, "-mcpu=cortex-m4", "-mthumb", "-DDLN_NO_ASSEMBLER", "-E", source, "-o", text)
            with open(text, encoding="utf-8") as file:
                self.assertNotIn("asm", file.read())

    def test_an_int_of_16_bits(self):
        for compiler, *machine in (["avr-gcc", "-mmcu=atmega328p"], ["msp430-elf-gcc"]):
            if shutil.which(compiler):
                break
        else:
            self.skipTest("neither avr-gcc nor msp430-elf-gcc is installed")
        source = self.emit(MODELS[0])
        for name in ("soh.c", "soh_selftest.c"):
            done = attempt(compiler, *machine, "-std=c99", "-ffreestanding", "-Os", "-c", os.path.join(source, name), "-o",
                           os.path.join(self.folder, "object.o"))
            self.assertEqual(done.returncode, 1)
            self.assertIn('#error "soh needs a processor whose int has 32 bits', done.stderr)
            self.assertNotIn("negative", done.stderr)


class Projects(Emitted):
    def two_models(self):
        for model, name in (("liquid22_b10_k4", "soh"), ("liquid7_b5_k2_p50", "tiny")):
            for file in os.listdir(self.emit(model, name)):
                shutil.copy(os.path.join(self.emit(model, name), file), self.folder)
        shutil.copy(os.path.join(EMITTED, "two_models.cpp"), self.folder)

    def test_a_unity_build(self):
        self.two_models()
        with open(os.path.join(self.folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.16)\nproject(two LANGUAGES C CXX)\nadd_compile_options(-Wall "
                       "-Wextra -Werror)\ninclude_directories(.)\nadd_executable(two two_models.cpp soh.c soh_selftest.c tiny.c tiny_selftest.c)\n")
        for unity in ("ON", "OFF"):
            build = os.path.join(self.folder, "build" + unity)
            run("cmake", "-S", self.folder, "-B", build, "-G", "Ninja", "-DCMAKE_UNITY_BUILD=" + unity)
            run("cmake", "--build", build)
            self.assertEqual(run(os.path.join(build, "two")), "0 0\n")

    def test_every_pair_of_models_in_one_file(self):
        """In each order, for each processor: what they share is there once, what they do not share does not meet."""
        names = models()
        both = os.path.join(self.folder, "both.c")
        for first, second in zip(names, names[1:] + names[:1]):
            with open(both, "w", encoding="utf-8") as file:
                for model, name in ((first, "one"), (second, "other")):
                    folder = self.emit(model, name)
                    file.write(f'#include "{folder}/{name}.c"\n#include "{folder}/{name}_selftest.c"\n')
            for compiler, *flags in (["gcc"], [ARM, "-mcpu=cortex-m4", "-mthumb"]):
                with self.subTest(first=first, second=second, compiler=compiler):
                    self.compile(compiler, both, "-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", *flags)

    def test_kernels_of_two_versions_in_one_file(self):
        self.two_models()
        path = os.path.join(self.folder, "tiny.c")
        with open(path, encoding="utf-8") as file:
            text = file.read().replace("DLN_KERNELS 0x", "DLN_KERNELS 0x1").replace("DLN_KERNELS != 0x",
                                                                                    "DLN_KERNELS != 0x1")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        both = os.path.join(self.folder, "both.c")
        with open(both, "w", encoding="utf-8") as file:
            file.write('#include "soh.c"\n#include "tiny.c"\n')
        done = attempt("gcc", "-c", both, "-o", os.path.join(self.folder, "object.o"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("different versions of dlnetc", done.stderr)

    def test_cxx(self):
        self.two_models()
        header = ["-I" + self.folder, "-Wold-style-cast", "-Wuseless-cast", "-Wzero-as-null-pointer-constant"]
        for standard in ("c++11", "c++14", "c++17", "c++20"):
            self.compile("g++", os.path.join(self.folder, "two_models.cpp"), *CXX, *header, "-std=" + standard)
            for name in ("soh.c", "soh_selftest.c", "tiny.c", "tiny_selftest.c"):
                self.compile("g++", os.path.join(self.folder, name), *CXX, "-std=" + standard)

    def test_warnings(self):
        for model in MODELS:
            for name in ("soh.c", "soh_selftest.c"):
                source = os.path.join(self.emit(model), name)
                with self.subTest(model=model, name=name):
                    for machine in ("-mcpu=cortex-m0plus -mthumb", "-mcpu=cortex-m4 -mthumb", "-mcpu=cortex-a7 -marm"):
                        self.compile(ARM, source, *STRICT, "-O2", *machine.split())
                    self.compile("gcc", source, *STRICT, "-O2")
                    need(self, "clang")
                    self.compile("clang", source, *EVERYTHING, "-O2")
                    self.compile("clang", source, *EVERYTHING, "-O2", "--target=arm-none-eabi", "-mcpu=cortex-m4",
                                 "-mthumb", "-ffreestanding", "-Wno-cast-align")


class Garbage(Emitted):
    def program(self, model, *flags):
        source, path = self.emit(model), os.path.join(self.folder, "garbage")
        run("gcc", "-std=c99", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", *flags, "-I" + source,
            os.path.join(EMITTED, "garbage.c"), os.path.join(source, "soh.c"), "-o", path)
        return path

    def test_states_that_init_has_never_seen(self):
        for model in MODELS:
            with self.subTest(model=model):
                said = run(self.program(model))
                self.assertEqual(said, "20000 states: 0 answered by soh_push, 0 by soh_forecast\n")

    def test_nothing_out_of_bounds_where_all_but_the_count_is_garbage(self):
        for model in models():
            with self.subTest(model=model):
                said = run(self.program(model, "-DKEEP_COUNT", "-DSTATES=200"))
                self.assertEqual(said, "200 states: 200 answered by soh_push, 200 by soh_forecast\n")


if __name__ == "__main__":
    unittest.main()
