# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Command lines as people mistype them."""
import os
import subprocess
import tempfile
import unittest

from context import BUILD, DLNET_OPT, DLNET_TRAIN, DLNETC, FAMILY, ROOT, attempt, refused

DLNET_SIM = os.path.join(BUILD, "bin", "dlnet-sim")
DLNET = os.path.join(ROOT, "dlnet")
MODEL = "liquid22_b10_k4"


def misuse(*command):
    """What a tool says of a mistake in its command line: one error, a hint, and exit code 2."""
    done = attempt(*command, timeout=60)
    tool = os.path.basename(command[0])
    if done.returncode != 2 or not done.stderr.startswith(f"{tool}: error: ") or done.stderr.count("error: ") != 1:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    if "--help" not in done.stderr:
        raise AssertionError(f"{command}: no hint in {done.stderr}")
    return done.stderr


class Arguments(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = os.path.join(folder.name, "out")

    def tearDown(self):
        self.assertFalse(os.path.exists(self.out))

    def test_empty_arguments(self):
        for command in ([DLNETC, "prune", FAMILY, "", "--place"],
                        [DLNETC, "prune", "", FAMILY],
                        [DLNETC, "compile", ""],
                        [DLNETC, "compile", FAMILY, "-o", ""],
                        [DLNETC, "compile", FAMILY, "-o", self.out, "--model", ""],
                        [DLNETC, "compile", FAMILY, "-o", self.out, "--model="],
                        [DLNETC, "compile", FAMILY, "-o", self.out, "--name", "  "],
                        [DLNETC, "compile", FAMILY, "-o", self.out, "--place", ""],
                        [DLNETC, "compile", FAMILY, "-o", self.out, "--budget="],
                        [DLNETC, "evaluate", FAMILY, "--data", ""],
                        [DLNETC, "forecast", FAMILY, "--battery", ""],
                        [DLNETC, "inspect", FAMILY, ""],
                        [DLNETC, ""],
                        [DLNET_TRAIN, ""],
                        [DLNET_TRAIN, "train", "--simulated", "-o", ""],
                        [DLNET_TRAIN, "train", "--simulated", "-o", self.out, "--name", ""],
                        [DLNET_TRAIN, "train", "--simulated", "-o", self.out, "--teacher", ""],
                        [DLNET_TRAIN, "evaluate", FAMILY, "--data="],
                        [DLNET_TRAIN, "family", "--simulated", "-o", ""],
                        [DLNET_TRAIN, "simulate", "-o", ""]):
            with self.subTest(command=command[1:]):
                self.assertIn("empty", misuse(*command))

    def test_commands_that_were_meant(self):
        for tool, typed, meant in ((DLNETC, "compil", "compile"), (DLNETC, "forcast", "forecast"),
                                   (DLNETC, "evalute", "evaluate"), (DLNETC, "Inspect", "inspect"),
                                   (DLNET_TRAIN, "trian", "train"), (DLNET_TRAIN, "simulte", "simulate"),
                                   (DLNET_TRAIN, "recovr", "recover")):
            said = misuse(tool, typed)
            self.assertIn(f"unknown command '{typed}'", said)
            self.assertIn(f"did you mean '{meant}'?", said)
        self.assertNotIn("did you mean", misuse(DLNETC, "quantise"))

    def test_options_that_were_meant(self):
        for command, typed, meant in (([DLNETC, "compile", FAMILY], "--outptu", "--output"),
                                      ([DLNETC, "compile", FAMILY], "--bugdet", "--budget"),
                                      ([DLNETC, "compile", FAMILY], "--report-", "--report"),
                                      ([DLNETC, "prune", FAMILY], "--ration", "--ratio"),
                                      ([DLNETC, "evaluate", FAMILY], "--dta", "--data"),
                                      ([DLNET_TRAIN, "train"], "--simulatd", "--simulated"),
                                      ([DLNET_TRAIN, "train"], "--split_seed", "--split-seed"),
                                      ([DLNET_TRAIN, "family"], "--fold", "--folds")):
            for value in ([typed, "3"], [typed + "=3"]):
                with self.subTest(value):
                    said = misuse(*command, *value)
                    self.assertIn(f"unknown option '{typed}'", said)
                    self.assertIn(f"did you mean '{meant}'?", said)
        self.assertNotIn("did you mean", misuse(DLNETC, "compile", FAMILY, "--frobnicate"))
        self.assertIn("unknown option '--frobnicate'", misuse(DLNET_TRAIN, "train", "--frobnicate"))

    def test_values_that_were_meant(self):
        for command, typed, meant in (([DLNETC, "compile", FAMILY, "-o", self.out, "--place"], "falsh", "flash"),
                                      ([DLNETC, "compile", FAMILY, "-o", self.out, "--emit"], "int9", "int8"),
                                      ([DLNETC, "evaluate", FAMILY, "--data", ".", "--split"], "tset", "test"),
                                      ([DLNET_TRAIN, "train", "-o", self.out, "--cell"], "liqid", "liquid"),
                                      ([DLNET_TRAIN, "train", "-o", self.out, "--role"], "techer", "teacher")):
            said = misuse(*command, typed)
            self.assertIn(command[-1], said)
            self.assertIn(f"did you mean '{meant}'?", said)

    def test_models_that_were_meant(self):
        typo = MODEL.replace("22", "23")
        for command in ([DLNETC, "compile", FAMILY, "-o", self.out, "--model", typo],
                        [DLNETC, "prune", FAMILY, "-o", self.out, "--ratio", "0.5", "--model", typo],
                        [DLNET_TRAIN, "evaluate", FAMILY, "--model", typo],
                        [DLNET_TRAIN, "train", "--simulated", "-o", self.out, "--teacher", f"{FAMILY}:{typo}"]):
            said = refused(*command)
            self.assertIn(f"has no model '{typo}'", said)
            self.assertIn(f"did you mean '{MODEL}", said)

    def test_an_option_given_twice(self):
        for command, option in (([DLNETC, "compile", FAMILY, "-o", self.out, "-o", self.out], "--output"),
                                ([DLNETC, "compile", FAMILY, "--model", MODEL, "--model", MODEL], "--model"),
                                ([DLNETC, "compile", FAMILY, "--place", "ram", "--place=flash"], "--place"),
                                ([DLNETC, "compile", FAMILY, "--budget", "ms=1", "--budget", "ms=2"], "--budget"),
                                ([DLNET_TRAIN, "train", "-o", "a", "--seed", "1", "--seed", "1"], "--seed")):
            said = misuse(*command)
            self.assertIn(option, said)
            self.assertIn("given 2 times", said)

    def test_numbers_that_are_none(self):
        for command in ([DLNETC, "compile", FAMILY, "-o", self.out, "--budget", "ms=1", "--clock-mhz", "nan"],
                        [DLNETC, "compile", FAMILY, "-o", self.out, "--budget", "ms=1", "--clock-mhz", "64MHz"],
                        [DLNETC, "prune", FAMILY, "-o", self.out, "--ratio", "nan"],
                        [DLNETC, "prune", FAMILY, "-o", self.out, "--threshold", "inf"],
                        [DLNETC, "forecast", FAMILY, "--simulate", "-1"],
                        [DLNETC, "forecast", FAMILY, "--at", "1e99"],
                        [DLNET_TRAIN, "simulate", "-o", self.out, "--seed", "-1"],
                        [DLNET_TRAIN, "simulate", "-o", self.out, "--batteries", "3.5"],
                        [DLNET_TRAIN, "train", "--simulated", "-o", self.out, "--rate", "nan"],
                        [DLNET_TRAIN, "train", "--simulated", "-o", self.out, "--decay", "NaN"]):
            with self.subTest(command=command[1:]):
                self.assertIn(command[-2], misuse(*command))

    def test_what_is_missing_or_too_much(self):
        for command, word in (([DLNETC], "subcommand"), ([DLNET_TRAIN], "subcommand"),
                              ([DLNETC, "compile"], "family is required"),
                              ([DLNETC, "prune", FAMILY, "--ratio", "0.5"], "--output is required"),
                              ([DLNETC, "compile", FAMILY, "--output"], "--output"),
                              ([DLNETC, "inspect", FAMILY, "more"], "unexpected argument 'more'"),
                              ([DLNET_TRAIN, "simulate"], "--output is required")):
            self.assertIn(word, misuse(*command))

    def test_help_is_no_mistake(self):
        for tool in (DLNETC, DLNET_TRAIN):
            for command in ([tool, "--help"], [tool, "--version"]):
                self.assertEqual(attempt(*command).returncode, 0)

    def test_the_simulator(self):
        for command in ([DLNET_SIM], [DLNET_SIM, ""], [DLNET_SIM, "--serail"], [DLNET_SIM, FAMILY, "--frobnicate"],
                        [DLNET_SIM, "/nowhere/image.elf"]):
            self.assertIn("dlnet-sim: error: ", refused(*command, stdin=subprocess.DEVNULL))
        self.assertIn("did you mean '--serial'?", refused(DLNET_SIM, "image.elf", "--serail"))

    def test_dlnet_opt(self):
        for command in ([DLNET_OPT, ""], [DLNET_OPT, "/nowhere.mlir"], [DLNET_OPT, "--lnn-prune-weigths"]):
            done = attempt(*command, stdin=subprocess.DEVNULL)
            self.assertGreater(done.returncode, 0)
            self.assertRegex(done.stderr, "dlnet-opt: |cannot open input file")

    def test_the_script(self):
        for typed, meant in (("dmeo", "demo"), ("tset", "test"), ("certfy", "certify"), ("bulid", "build")):
            done = attempt(DLNET, typed)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"dlnet: error: unknown command '{typed}'; did you mean '{meant}'?", done.stderr)
        for command, word in (([""], "empty"), (["demo", "--battery", ""], "empty"), (["certify", ""], "empty"),
                              (["demo", "--batery", "x"], "did you mean '--battery'?"), (["bench", "x"], "bench")):
            done = attempt(DLNET, *command)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("dlnet: error: ", done.stderr)
            self.assertIn(word, done.stderr)

    def test_scripts_in_python(self):
        python = "/usr/bin/python3"
        for script in ("test/certify/certify.py", "test/bench/bench.py", "test/bench/training.py",
                       "test/tools/m4/m4run.py"):
            path = os.path.join(ROOT, script)
            for arguments in (["--frobnicate"], ["", "--frobnicate"]):
                done = attempt(python, "-B", path, *arguments)
                self.assertEqual(done.returncode, 2, script + done.stderr)
                self.assertIn("error: ", done.stderr)
