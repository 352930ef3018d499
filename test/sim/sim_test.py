#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks dlnet-sim against the rules of the chip, on images that try each of
them, and its time and results against QEMU and cycles.py.

  sim_test.py SIM M4_TOOLS PLUGIN RULES.elf BOARD.elf=QEMU.elf=FUNCTION[,FUNCTION...] ...
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

SIM, M4_TOOLS, PLUGIN, RULES, *TWINS = sys.argv[1:]
sys.dont_write_bytecode = True
sys.path.insert(0, M4_TOOLS)
import m4run  # noqa: E402

FLASH_BYTES = 1 << 20
PAGE = 0x70000

# Rule -> what the run must end with.
REFUSED = {
    "read-null": r"4-byte read at 0x00000000: it belongs to the bootloader, or is a null pointer's; "
                 r"pc 0x[0-9a-f]{8} \(read_null\+0x[0-9a-f]+\), 0\.\d+ s after power-on",
    "read-nowhere": r"4-byte read at 0x70000000: nothing is there; .*\(read_nowhere\+",
    "write-nowhere": r"4-byte write at 0x20040000: nothing is there; .*\(write_nowhere\+",
    "read-peripheral": r"4-byte read at 0x40003000: no peripheral that is modelled; .*\(read_peripheral\+",
    "read-register": r"read of 0x400027f0: UARTE0 has no register 0x7f0 that is modelled; .*\(read_register\+",
    "write-register": r"write of 0x00000001 to 0x4000b504: RTC0 has no register 0x504 that is modelled, "
                      r"or not such a value of it now; .*\(write_register\+",
    "write-byte": r"1-byte write at 0x40002500: registers are aligned words; .*\(write_byte\+",
    "unaligned-double": r"unaligned access to 0x200.* by an instruction that does not allow it; "
                        r".*\(unaligned_double\+",
    "run-ram": r"2-byte fetch at 0x200.*: code in RAM is not modelled; .*\(run_ram\+",
    "run-arm": r"jump to an address without bit 0",
    "undefined": r"undefined instruction; .*\(undefined\+0x0\)",
    "supervisor": r"SVC: no exception handler is modelled; .*\(supervisor\+0x0\)",
    "breakpoint": r"breakpoint; .*\(breakpoint\+0x0\)",
    "sleep": r"the CPU goes to sleep, and no interrupt is modelled that would wake it; .*\(sleep\+0x0\)",
    "enable-interrupt": r"write of 0x00000004 to 0xe000e100: SCS .*\(enable_interrupt\+",
    "float-off": r"floating-point instruction, and CPACR does not enable the FPU; .*\(float_off\+",
    "overflow": r"stack overflow: 0x200003[0-9a-f]{2} is below dln_stack_bottom; .*\(recurse\+",
    "rtc-prescaler-late": r"write of 0x00000001 to 0x4000b508: RTC0 .*\(rtc_prescaler_late\+",
    "flash-thrice": r"write to the flash at 0x00070008: the word was written twice since its page was erased",
    "flash-shut": r"write to the flash at 0x00070000: NVMC.CONFIG does not enable it; .*\(flash_shut\+",
    "flash-half": r"write to the flash at 0x00070000: only aligned words can be written; .*\(flash_half\+",
    "flash-own-code": r"write to the flash at 0x000.*: it would overwrite code that has run; .*\(flash_own_code\+",
    "erase-shut": r"erase of the page at 0x00070000: NVMC.CONFIG does not enable it; .*\(erase_shut\+",
    "erase-inside": r"erase of the page at 0x00070004: no page begins there; .*\(erase_inside\+",
    "erase-own-code": r"erase of the page at 0x00010000: it holds code that has run; .*\(erase_own_code\+",
    "dma-flash": r"UARTE0 sends 4 bytes from 0x00010000: EasyDMA reaches RAM only; .*\(dma_flash\+",
    "dma-off": r"a task of UARTE0, which is not enabled; .*\(dma_off\+",
    "wrong-baud": r"write of 0x00012345 to 0x40002524: UARTE0 .*\(wrong_baud\+",
}

# Rule -> the lines that it answers with.
ALLOWED = {
    "unaligned-word": ["unaligned-word 84148994"],  # 0x05040302
    "float-on": ["float 41"],
    # 0x7fff * 3 + 0x8001 * -2 + 100; (0x8001.. * 0xfffe.. + 7 << 32) rounded; ...
    "dsp": ["smlad 163935", "smmlar 65539", "sxtb16 -8388481", "ssat 32767", "pkhbt 229375"],
    "cycles": ["cycles 100", "stopped 0"],
    "clocks": ["hfclk-before 0", "hfclk-us 360", "hfclk 1", "lfclk-us 250000", "lfclk 1"],
    "rtc": ["rtc-unclocked 0", "rtc-compare-ms (499|500)", "rtc 51[2-4]", "rtc-near 1[56]",
            "rtc-overflow-ms 1[3-5]", "rtc-stopped 0"],
    "flash": ["erase-us 85000", "erased -1", "write-us 41", "written -65296",
              "only-zeros 268369920"],  # 0xffff00f0 and 0x0fffff0f
    "pins": ["direction 40", "level 1"],  # 1 << 5 | 1 << 3
    # 10 bits at 64 MHz / 115108 baud, and what polling adds to ten bytes.
    "baud": ["0123456789", "byte-cycles 556[0-5]"],
    "unheard-of": ["unknown"],
}


class Run:
    """One run of the simulator."""

    def __init__(self, *arguments, image=RULES, script=None, timeout=300):
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            command = [SIM, image, "--quiet", "--report", report, *map(str, arguments)]
            if script is not None:
                path = os.path.join(folder, "script.txt")
                with open(path, "w", encoding="ascii") as out:
                    out.write("\n".join(script) + "\n")
                command += ["--script", path]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=timeout)
            self.status, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
            self.report = None
            if os.path.exists(report):
                with open(report, encoding="utf-8") as lines:
                    self.report = json.load(lines)

    def function(self, name):
        return next(f for f in self.report["functions"] if f["name"] == name)


def tried(rule, *lines):
    """A script that starts the image, tries a rule and expects its lines."""
    return ["expect start 0", "expect kept -?\\d+", "send " + rule, *("expect " + line for line in lines)]


class RulesTest(unittest.TestCase):
    def test_refused(self):
        for rule, message in REFUSED.items():
            with self.subTest(rule):
                run = Run("--max-seconds", 2, script=tried(rule, "nothing else"))
                self.assertEqual(run.status, 1)
                # What an allowed rule says first is a failed expectation.
                if rule == "flash-thrice":
                    run = Run("--max-seconds", 2, script=tried(rule, *ALLOWED["flash"], "nothing else"))
                self.assertRegex(run.stderr, "^dlnet-sim: error: " + message)
                self.assertEqual(run.report["ended"], "fault")

    def test_allowed(self):
        for rule, lines in ALLOWED.items():
            with self.subTest(rule):
                run = Run("--max-seconds", 10, script=tried(rule, *lines))
                self.assertEqual((run.status, run.stderr), (0, ""))

    def test_overrun(self):
        run = Run(script=tried("overrun", "send-ten 0") + [
            "bytes 30 31 32 33 34 35 36 37 38 39",
            *("expect " + line for line in ["errors 1", "error-event 1", "amount 6", "first 48",
                                            "fifth 52", "cleared 0", "stopped 1"])])
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual(run.report["serial"]["overrun"], 4)

    def test_two_buffers(self):
        run = Run(script=tried("shorts", "send-eight 0") + [
            "bytes 30 31 32 33 34 35 36 37", "expect amount 4", "expect first 48", "expect eighth 55"])
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual(run.report["serial"]["overrun"], 0)


class ResetTest(unittest.TestCase):
    def reasons(self, run):
        return [reset["reason"] for reset in run.report["resets"]]

    def test_software_keeps_ram(self):
        run = Run(script=tried("soft", "start 4", "kept 5678"))
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual(self.reasons(run), ["power-on", "software"])

    def test_watchdog(self):
        # Fed after 0.75 s four times; the reset comes a second and two ticks later.
        run = Run(script=["timeout 10"] + tried("watchdog", "running 1", "start 2", "kept (?!1234$).*"))
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual(self.reasons(run), ["power-on", "watchdog"])
        self.assertAlmostEqual(run.report["resets"][1]["seconds"], 4 + 2 / 32768, delta=0.01)

    def test_watchdog_outlives_software_reset(self):
        run = Run(script=tried("watchdog-soft", "start 4", "kept 1234", "start 2", "kept (?!1234$).*"))
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual(self.reasons(run), ["power-on", "software", "watchdog"])

    def test_button(self):
        run = Run(script=tried("hang") + ["wait 0.1", "reset", "restart", "expect start 1"])
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual(self.reasons(run), ["power-on", "pin"])


class PowerCutTest(unittest.TestCase):
    def test_write_is_torn(self):
        # The erase and two writes are done; of the third, some bits are.
        run = Run("--power-cut", 4, script=tried("flash-five") + [
            "restart", "expect start 0", "expect kept .*", "send flash-state", "expect done 2", "expect torn 1"])
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual([reset["power_cut"] for reset in run.report["resets"]], [False, True])
        self.assertEqual(run.report["flash"], {"writes": 3, "erases": 1, "pages": {
            "0x00070000": {"writes": 3, "erases": 1}}})

    def test_erase_is_torn(self):
        script = ["timeout 5"] + tried("flash-fill", "filled 0") + [
            "cut 1", "send flash-five", "restart", "expect start 0", "expect kept .*", "send flash-state",
            "expect done \\d", "expect torn 10\\d\\d"]
        run = Run(script=script)
        self.assertEqual((run.status, run.stderr), (0, ""))

    def test_same_seed_same_run(self):
        with tempfile.TemporaryDirectory() as folder:
            contents = []
            for seed in (1, 1, 2):
                path = os.path.join(folder, f"flash{len(contents)}")
                Run("--power-cut", 4, "--stop-at-cut", "--seed", seed, "--flash-image", path,
                    script=tried("flash-five") + ["wait 1"])
                with open(path, "rb") as image:
                    contents.append(image.read()[PAGE:PAGE + 16])
        self.assertEqual(contents[0][:8], bytes(8))
        self.assertEqual(contents[0], contents[1])
        self.assertNotEqual(contents[0], contents[2])

    def test_several_cuts(self):
        run = Run("--power-cut", "1,2", script=tried("flash-five") + [
            "restart", "expect start 0", "expect kept .*", "send flash-five", "restart", "await start 0"])
        self.assertEqual((run.status, run.stderr), (0, ""))
        self.assertEqual(run.report["flash"]["erases"], 2)
        self.assertEqual(run.report["flash"]["writes"], 0)

    def test_at_any_instant(self):
        run = Run(script=tried("hang") + ["wait 0.01", "power-cut", "restart", "expect start 0"])
        self.assertEqual((run.status, run.stderr), (0, ""))


class FlashImageTest(unittest.TestCase):
    def test_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "flash")
            for done in (0, 4):
                run = Run("--flash-image", path, script=tried(
                    "flash-state", f"done {done}", "torn 0") + ["send flash-five", "expect five 0"])
                self.assertEqual((run.status, run.stderr), (0, ""))
            with open(path, "rb") as image:
                content = image.read()
        self.assertEqual(len(content), FLASH_BYTES)
        self.assertEqual(content[PAGE:PAGE + 20], bytes(16) + b"\xff" * 4)

    def test_wrong_size(self):
        with tempfile.NamedTemporaryFile() as image:
            image.write(b"x" * 1000)
            image.flush()
            run = Run("--flash-image", image.name, script=["wait 0"])
        self.assertEqual(run.status, 1)
        self.assertIn("a flash image holds 1048576 bytes", run.stderr)


class ScriptTest(unittest.TestCase):
    def test_failures(self):
        for script, message in [
                (["expect start 1"], r"script.txt:1: 'expect start 1': 'start 0' came"),
                (["", "# none", "expect start 0", "await never"],
                 r"script.txt:4: 'await never': no answer within 2 s; the line before was 'kept .*'"),
                (["expect start 0", "expect kept .*", "send flash-state", "quiet 1"], r":4: 'quiet 1': 'done 0' came"),
                (["restart"], r":1: 'restart': the device did not start anew"),
                (["shout x"], r"script.txt:1: there is no command 'shout'"),
                (["expect ("], r":1: '\(' is no regular expression"),
                (["bytes 0x12"], r":1: 'bytes' takes bytes in hexadecimal"),
                (["bytes"], r":1: 'bytes' takes bytes in hexadecimal"),
                (["wait -1"], r":1: 'wait' takes a number"),
                (["cut 0.5"], r":1: 'cut' takes a number of writes and erases, from 1"),
                (["reset now"], r":1: 'reset' takes no argument")]:
            with self.subTest(script):
                run = Run(script=script)
                self.assertEqual(run.status, 1)
                self.assertRegex(run.stderr, message)

    def test_limit(self):
        for limit in [("--max-seconds", 0.5), ("--max-instructions", 100000)]:
            run = Run(*limit, script=["wait 1"])
            self.assertEqual(run.status, 1)
            self.assertIn("the limit came before the end of the script", run.stderr)
            self.assertEqual(run.report["ended"], "limit")
        self.assertAlmostEqual(run.report["instructions"], 100000, delta=100)

    def test_serial(self):
        done = subprocess.run([SIM, RULES, "--serial", "--quiet"], input="float-on\nunheard-of\n",
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^start 0\nkept -?\d+\nfloat 41\nunknown\n$")


class ReportTest(unittest.TestCase):
    def test_stack(self):
        run = Run(script=tried("cycles", *ALLOWED["cycles"]))
        self.assertEqual(run.report["stack"]["function"], "stack_296")
        shallow = Run(script=tried("unheard-of", "unknown"))
        self.assertGreater(run.report["stack"]["bytes"], 296)
        self.assertLess(shallow.report["stack"]["bytes"], 296)

    def test_known_function(self):
        run = Run(script=tried("cycles", *ALLOWED["cycles"]))
        known = run.function("stack_296")
        # Ten registers each way, SP twice, and one refill.
        self.assertEqual(known["calls"], 1)
        self.assertEqual(known["instructions"], 4)
        self.assertEqual(known["cycles_of_a_call"], [26, 26])
        self.assertEqual(run.report["vector_table"], 0x10000)

    def test_sums(self):
        run = Run(script=tried("flash", *ALLOWED["flash"]))
        report = run.report
        self.assertEqual(sum(f["instructions"] for f in report["functions"]), report["instructions"])
        self.assertEqual(sum(f["cycles_exclusive"] for f in report["functions"]), report["cycles"])
        self.assertEqual(report["flash"]["pages"], {"0x00070000": {"writes": 2, "erases": 1}})

    def test_wait_states(self):
        # Two reads of constants, each once more cycle per wait state.
        cycles = [Run("--flash-wait-states", n, script=tried("cycles", *ALLOWED["cycles"])).function(
            "hundred_cycles")["cycles_of_a_call"][0] for n in (0, 2)]
        self.assertEqual(cycles[1] - cycles[0], 2)

    def test_idle_loops(self):
        scripts = {rule: tried(rule, *ALLOWED[rule]) for rule in ("clocks", "rtc", "flash", "baud", "cycles")}
        scripts["watchdog"] = ["timeout 10"] + tried("watchdog", "running 1", "start 2")
        scripts["hang"] = tried("hang") + ["wait 0.5", "reset", "restart", "await start 1"]
        scripts["overrun"] = tried("overrun", "send-ten 0") + ["bytes 30 31 32 33 34 35 36 37 38 39", "await stopped 1"]
        for name, script in scripts.items():
            with self.subTest(name):
                skipping, running = (Run(*options, script=script).report for options in ((), ("--run-idle-loops",)))
                self.assertGreater(skipping["instructions_skipped"], skipping["instructions"] / 10)
                self.assertEqual(running["instructions_skipped"], 0)
                for report in (skipping, running):
                    del report["instructions_skipped"], report["host_seconds"]
                self.assertEqual(skipping, running)

    def test_reproducible(self):
        reports = [Run(script=tried("baud", *ALLOWED["baud"])).report for _ in range(2)]
        for report in reports:
            del report["host_seconds"]
        self.assertEqual(reports[0], reports[1])


class HostileTest(unittest.TestCase):
    """Files that are no image for this board."""

    def refused(self, content, message):
        with tempfile.NamedTemporaryFile(suffix=".elf") as image:
            image.write(content)
            image.flush()
            run = Run(image=image.name)
        self.assertEqual(run.status, 1)
        self.assertRegex(run.stderr, r"^dlnet-sim: error: .*" + message)
        self.assertEqual(run.stderr.count("\n"), 1)

    def setUp(self):
        with open(RULES, "rb") as image:
            self.image = image.read()
        self.program_headers = struct.unpack_from("<I", self.image, 28)[0]

    def patched(self, offset, form, value):
        content = bytearray(self.image)
        struct.pack_into("<" + form, content, offset, value)
        return bytes(content)

    def test_not_elf(self):
        self.refused(b"", "not an ELF file")
        self.refused(b"#!/bin/sh\n", "not an ELF file")
        self.refused(self.image[:20], "the file is truncated")

    def test_wrong_machine(self):
        self.refused(self.patched(18, "H", 62), "made for machine 62, not for Arm")
        self.refused(self.patched(4, "B", 2), "not a 32-bit little-endian ELF file")
        self.refused(self.patched(16, "H", 1), "not an executable")

    def test_truncated(self):
        for size in range(52, len(self.image), max(1, len(self.image) // 40)):
            with self.subTest(size):
                self.refused(self.image[:size], "the file is truncated")

    def test_outside(self):
        for address in (0x20000000, 0xfffffff0, 0xff000, 0x100000):
            self.refused(self.patched(self.program_headers + 12, "I", address), "is outside of the flash")

    def test_no_vectors(self):
        text = struct.unpack_from("<I", self.image, self.program_headers + 4)[0]
        self.refused(self.patched(text, "I", 0x20040004), "no vector table at 0x00010000")
        self.refused(self.patched(text + 4, "I", 0x10100), "no vector table at 0x00010000")

    def test_garbage(self):
        # Every field of the headers, wildly wrong: an error or a run, no crash.
        for offset in range(4, 52, 2):
            for value in (0xffff, 0x8000):
                with self.subTest(offset=offset, value=value):
                    with tempfile.NamedTemporaryFile(suffix=".elf") as image:
                        image.write(self.patched(offset, "H", value))
                        image.flush()
                        self.assertIn(Run("--max-instructions", 1000, image=image.name).status, (0, 1))

    def test_missing(self):
        self.assertRegex(Run(image="no/such/file").stderr, "no/such/file: cannot be read")


class TwinTest(unittest.TestCase):
    """The same program here and on QEMU."""

    def test_twins(self):
        for twin in TWINS:
            board, qemu, functions = twin.split("=")
            functions = functions.split(",")
            there = m4run.run(qemu, plugin=PLUGIN, functions=functions)
            lines = there["stdout"].splitlines()
            self.assertGreater(len(lines), 4)
            for estimate in ("low", "mid", "high"):
                with self.subTest(board=board, estimate=estimate):
                    here = Run("--estimate", estimate, image=board, script=[
                        "timeout 60", *("expect " + line for line in lines), "expect status 0"])
                    self.assertEqual((here.status, here.stderr), (0, ""))
                    for name in functions:
                        self.compare(here.function(name), there["calls"][name], estimate)

    def compare(self, here, there, estimate):
        self.assertGreater(len(there), 0)
        self.assertEqual(here["calls"], len(there))
        instructions = [call["instructions"] for call in there]
        cycles = [call["cycles"][estimate] for call in there]
        self.assertEqual(here["instructions_of_a_call"], [min(instructions), max(instructions)])
        self.assertEqual(here["cycles_of_a_call"], [min(cycles), max(cycles)])
        self.assertEqual(here["cycles_inclusive"], sum(cycles))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
