# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Disks that are full or read-only, two writers at once, writers that are killed, and calls to the system that fail:
one error, nothing half written, nothing lost."""
import errno
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from context import DLNET_TRAIN, DLNETC, FAMILY, attempt, refused, run
from faults import SHORT, check, each_fault, small_disk, snapshot

MODELS = ("liquid22_b10_k4", "liquid4_b20_k1")
TINY = ["--simulated", "--quick", "--units", "4", "--block", "50", "--basis", "1", "--epochs", "1"]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def family(self, name="family.safetensors"):
        shutil.copy(FAMILY, self.path(name))
        return self.path(name)

    def assert_one_error(self, done, *words):
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 1, said)
        self.assertEqual(done.stderr.count("error: "), 1, said)
        for word in words:
            self.assertIn(word, done.stderr)


class Writers(Folder):
    """Two of them, or one that is stopped."""

    def compiles(self, model, folder):
        return subprocess.Popen([DLNETC, "compile", FAMILY, "--model", model, "-o", folder],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def test_two_compiles_into_one_folder(self):
        wanted = []
        for model in MODELS:
            run(DLNETC, "compile", FAMILY, "--model", model, "-o", self.path(model))
            wanted.append(snapshot(self.path(model)))
        for _ in range(12):
            shutil.rmtree(self.path("out"), ignore_errors=True)
            both = [self.compiles(model, self.path("out")) for model in MODELS]
            for each in both:
                _, said = each.communicate(timeout=120)
                self.assertEqual(each.returncode, 0, said)
            self.assertIn(snapshot(self.path("out")), wanted)

    def test_a_compile_that_is_stopped(self):
        out = self.path("out")
        for model, name in zip(MODELS, ("old", "new")):
            run(DLNETC, "compile", FAMILY, "--model", model, "-o", self.path(name))
        old, new = snapshot(self.path("old")), snapshot(self.path("new"))
        start = time.monotonic()
        self.compiles(MODELS[1], self.path("timed")).communicate(timeout=120)
        whole = time.monotonic() - start
        draw = random.Random(7)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) * 6:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(self.path("old"), out)
            process = self.compiles(MODELS[1], out)
            time.sleep(draw.uniform(0.3, 1) * whole)
            process.send_signal(number)
            process.communicate(timeout=120)
            self.assertIn(snapshot(out), (old, new))

    def test_what_a_killed_writer_left_is_removed(self):
        out = self.path("out")
        os.mkdir(out)
        with open(os.path.join(out, ".dlnet-00112233aabbccdd.part"), "w", encoding="ascii") as file:
            file.write("half")
        run(DLNETC, "compile", FAMILY, "-o", out)
        self.assertEqual(sorted(os.listdir(out)), ["soh.c", "soh.h", "soh_selftest.c"])


class Places(Folder):
    """Where nothing can be written."""

    def commands(self, target):
        """Commands that write to the file or folder `target`, each with what it is started with."""
        family = self.family()
        data = self.path("cells")
        if not os.path.exists(data):
            run(DLNET_TRAIN, "simulate", "-o", data, "--batteries", "5")
        return {"prune": [DLNETC, "prune", family, "--ratio", "0.5", "-o", target],
                "json": [DLNETC, "evaluate", family, "--data", data, "--stride", "500", "--json", target],
                "window": [DLNETC, "forecast", family, "--simulate", "1", "--write-window", target],
                "train": [DLNET_TRAIN, "train", *TINY, "-o", target],
                "checkpoint": [DLNET_TRAIN, "train", *TINY, "-o", self.path("m.safetensors"), "--checkpoint", target],
                "compared": [DLNET_TRAIN, "evaluate", family, "--data", data, "--epochs", "1", "--json", target]}

    def folder_commands(self, target):
        return {"compile": [DLNETC, "compile", FAMILY, "-o", target],
                "packages": [DLNETC, "compile", FAMILY, "--package=cmake,arduino", "-o", target],
                "report": [DLNETC, "compile", FAMILY, "-o", self.path("fine"), "--report", target],
                "simulate": [DLNET_TRAIN, "simulate", "-o", target, "--batteries", "5"],
                "family": [DLNET_TRAIN, "family", "--simulated", "--quick", "-o", target]}

    def assert_refused_at_once(self, commands, target):
        before = snapshot(self.folder)
        for name, command in commands.items():
            with self.subTest(name):
                done = attempt(*command)
                self.assert_one_error(done, target)
                self.assertNotIn("epoch ", done.stdout)
                self.assertEqual(snapshot(self.folder), before)

    def test_a_folder_or_a_device_in_the_place_of_a_file(self):
        os.mkdir(self.path("taken"))
        for target in (self.path("taken"), "/dev/full", "/dev/null"):
            self.assert_refused_at_once(self.commands(target), target)

    def test_a_folder_that_is_not_there(self):
        target = self.path("absent", "out.safetensors")
        self.assert_refused_at_once(self.commands(target), target)

    def test_a_file_in_the_place_of_a_folder(self):
        with open(self.path("file"), "w", encoding="ascii") as file:
            file.write("x")
        for target in (self.path("file"), self.path("file", "deep")):
            self.assert_refused_at_once(self.folder_commands(target), target)

    def test_a_disk_that_is_read_only(self):
        with small_disk("1m", read_only=True) as disk:
            if not disk:
                self.skipTest("this process may not mount")
            target = os.path.join(disk, "out")
            self.assert_refused_at_once(self.commands(target), target)
            self.assert_refused_at_once(self.folder_commands(target), target)

    def test_a_disk_that_is_full(self):
        with small_disk("4k") as disk:
            if not disk:
                self.skipTest("this process may not mount")
            before = snapshot(self.folder)
            commands = self.folder_commands(os.path.join(disk, "out"))
            del commands["family"]
            commands["prune"] = self.commands(os.path.join(disk, "out"))["prune"]
            before = snapshot(self.folder)
            for name, command in commands.items():
                with self.subTest(name):
                    self.assert_one_error(attempt(*command), disk, "No space left on device")
                    self.assertEqual(os.listdir(disk), [])
                    self.assertEqual(snapshot(self.folder), before)
            old = [DLNET_TRAIN, "train", *TINY, "-o", self.path("m.safetensors"), "--checkpoint",
                   os.path.join(disk, "ck")]
            self.assert_one_error(attempt(*old), os.path.join(disk, "ck"), "No space left on device")
            self.assertEqual(os.listdir(disk), [])

    def test_standard_output_that_is_full_or_closed(self):
        out = self.path("out")
        for command in ([DLNETC, "inspect", FAMILY], [DLNETC, "compile", FAMILY, "--emit=int8"],
                        [DLNETC, "compile", FAMILY, "--emit=lnn"], [DLNETC, "compile", FAMILY, "-o", out],
                        [DLNETC, "forecast", FAMILY, "--simulate", "2"], [DLNETC, "--help"],
                        [DLNET_TRAIN, "simulate", "-o", out, "--batteries", "5"], [DLNET_TRAIN, "--version"]):
            with self.subTest(command[1:]):
                tool = os.path.basename(command[0])
                for redirection in ("> /dev/full", ">&-"):
                    done = attempt("sh", "-c", f'"$@" {redirection}', "sh", *command)
                    self.assertEqual(done.returncode, 1)
                    self.assertTrue(done.stderr.startswith(f"{tool}: error: standard output: cannot be written"),
                                    done.stderr)
                    self.assertEqual(done.stderr.count("error: "), 1)

    def test_no_output_goes_where_standard_output_was(self):
        family = self.family()
        attempt("sh", "-c", '"$@" >&-', "sh", DLNETC, "prune", family, "--ratio", "0.5", "-o", self.path("pruned"))
        self.assertIn("_pruned", run(DLNETC, "inspect", self.path("pruned")))

    def test_a_limit_on_the_size_of_files(self):
        done = attempt("sh", "-c", 'ulimit -f 8; "$@"', "sh", DLNETC, "compile", FAMILY, "-o", self.path("out"))
        self.assert_one_error(done, "File too large")
        self.assertFalse(os.path.exists(self.path("out")))


class Names(Folder):
    """What the family may not be called is known before the first epoch."""

    def test_before_training(self):
        for option, name, possible in (("--family", "NASA-B5", "nasa_b5"), ("--family", "5cells", ""),
                                       ("--family", "x" * 33, ""), ("--name", "Liquid 4", "liquid_4"),
                                       ("--name", "größe", "")):
            with self.subTest(name):
                done = attempt(DLNET_TRAIN, "train", *TINY, option, name, "-o", self.path("m.safetensors"))
                self.assert_one_error(done, f"{option}: '{name}'", possible)
                self.assertEqual(done.stdout, "")
        done = attempt(DLNET_TRAIN, "family", "--simulated", "--quick", "--family", "NASA-B5", "-o", self.path("out"))
        self.assert_one_error(done, "--family: 'NASA-B5'", "nasa_b5")
        self.assertEqual(os.listdir(self.folder), [])

    def test_what_only_the_reader_would_refuse(self):
        for source in ("two\nlines", "x" * 2000):
            done = attempt(DLNET_TRAIN, "train", *TINY, "--source", source, "-o", self.path("m.safetensors"))
            self.assert_one_error(done, "source")
            self.assertNotIn("epoch ", done.stdout)

    def test_outputs_that_are_one(self):
        for options in (["-o", self.path("m.json")],
                        ["-o", self.path("m.safetensors"), "--checkpoint", self.path("m.safetensors")]):
            done = attempt(DLNET_TRAIN, "train", *TINY, *options)
            self.assert_one_error(done, "two outputs have this name")


class Training(Folder):
    """Hours of work."""

    def train(self, *more):
        return [DLNET_TRAIN, "train", *TINY, "-o", self.path("m.safetensors"), *more]

    def test_a_place_that_is_lost_meanwhile(self):
        for checkpoint in (None, self.path("state")):
            with self.subTest(checkpoint):
                command = self.train(*(["--checkpoint", checkpoint] if checkpoint else []))
                process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for line in process.stdout:
                    if line.startswith("simulated batteries"):
                        break
                # Another program puts a folder there.
                deadline = time.monotonic() + 60
                while not os.path.isdir(self.path("m.safetensors")) and time.monotonic() < deadline:
                    try:
                        os.mkdir(self.path("m.safetensors"))
                    except FileExistsError:
                        pass
                _, said = process.communicate(timeout=300)
                self.assertEqual(process.returncode, 1, said)
                self.assertEqual(said.count("error: "), 1, said)
                self.assertIn("the trained network is kept in ", said)
                os.rmdir(self.path("m.safetensors"))
                if checkpoint:
                    self.assertIn(checkpoint, said)
                    self.assertNotIn("epoch ", run(*command))
                else:
                    kept = said.split("is kept in ")[1].strip()
                    self.assertIn("liquid4", run(DLNETC, "inspect", kept))
                    os.remove(kept)
                    self.assertFalse(os.path.exists(self.path("m.json")))

    def test_a_checkpoint_that_is_damaged(self):
        state = self.path("state")
        run(*self.train("--checkpoint", state))
        with open(state, "rb") as file:
            good = file.read()
        draw = random.Random(1)
        flips = [0, 17, 30, 60, len(good) - 1] + [draw.randrange(len(good)) for _ in range(4)]
        damaged = [bytes(good[:at]) + bytes([good[at] ^ 1 << draw.randrange(8)]) + good[at + 1:] for at in flips]
        damaged += [good[:-1], good[:len(good) // 2], good[:10], b"", good + b"\0", b"PK\x03\x04" + b"\0" * 500]
        os.remove(self.path("m.safetensors"))
        for bad in damaged:
            with open(state, "wb") as file:
                file.write(bad)
            self.assert_one_error(attempt(*self.train("--checkpoint", state)), state, "remove it to start anew")
            self.assertFalse(os.path.exists(self.path("m.safetensors")))
        with open(state, "wb") as file:
            file.write(good)
        self.assertNotIn("epoch ", run(*self.train("--checkpoint", state)))

    def test_a_checkpoint_is_no_family(self):
        state = self.path("state")
        run(*self.train("--checkpoint", state))
        self.assertIn("a checkpoint of dlnet-train", refused(DLNETC, "inspect", state))


class Teachers(Folder):
    """A family that holds students, too, teaches by its teachers alone."""

    def learn(self, source):
        return attempt(DLNET_TRAIN, "train", *TINY, "-o", self.path("m.safetensors"), "--teacher", source)

    def with_roles(self, *teachers):
        with open(FAMILY, "rb") as file:
            data = file.read()
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + length])
        family = json.loads(header["__metadata__"]["family"])
        for model in family["models"]:
            model["role"] = "teacher" if model["name"] in teachers else "student"
        header["__metadata__"]["family"] = json.dumps(family)
        text = json.dumps(header).encode()
        path = self.path(f"roles{len(teachers)}.safetensors")
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data[8 + length:])
        return path

    def taught_by(self):
        return json.loads(run("/usr/bin/python3", "-c", """
import json, struct, sys
data = open(sys.argv[1], "rb").read()
header = json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])
print(json.dumps(json.loads(header["__metadata__"]["family"])["models"][0]["trained"]["teacher"]))
""", self.path("m.safetensors")))

    def test_the_teachers_of_a_file(self):
        done = self.learn(self.with_roles(*MODELS))
        self.assertEqual(done.returncode, 0, done.stderr)
        wanted = f"mean of 2 networks: {', '.join(sorted(MODELS))}"
        self.assertIn(f"teacher: {wanted}\n", done.stdout)
        self.assertEqual(self.taught_by(), wanted)

    def test_those_that_are_named(self):
        done = self.learn(f"{self.with_roles(*MODELS)}:liquid7_b5_k2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("teacher: liquid7_b5_k2\n", done.stdout)
        self.assertEqual(self.taught_by(), "liquid7_b5_k2")

    def test_nobody_is_named_and_none_is_a_teacher(self):
        done = self.learn(self.with_roles())
        self.assert_one_error(done, "has the role teacher", "liquid7_b5_k2")
        self.assertNotIn("epoch ", done.stdout)

    def test_names_that_are_wrong(self):
        path = self.with_roles(*MODELS)
        for names, word in (("liquid7_b5_k3", "did you mean 'liquid7_b5_k2'?"), ("liquid7_b5_k2,liquid7_b5_k2", "twice"),
                            (",liquid7_b5_k2", "without a name"), ("liquid7_b5_k2,,", "without a name")):
            self.assert_one_error(self.learn(f"{path}:{names}"), word)
        self.assert_one_error(self.learn(self.path("absent") + ":liquid7_b5_k2"), "no such file")


class Faults(Folder):
    """Every call to the system that can fail does so once."""

    ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, SHORT)

    def try_all(self, make, errors, least):
        """`make(folder)` sets up a folder and returns the command that changes it."""
        for name in ("reference", "work"):
            shutil.rmtree(self.path(name), ignore_errors=True)
            os.mkdir(self.path(name))
        reference = self.path("reference")
        run(*make(reference))
        after = snapshot(reference)
        work = self.path("work")
        command = make(work)
        before = snapshot(work)
        count = 0
        for _, error, name, done in each_fault(command, errors):
            check(self, before, after, work, done, name, error)
            count += 1
            if done.returncode == 0:
                shutil.rmtree(work)
                os.mkdir(work)
                make(work)
        self.assertGreaterEqual(count, least)

    def test_compile_over_an_older_one(self):
        older = self.path("older")
        run(DLNETC, "compile", FAMILY, "--model", MODELS[1], "-o", older)

        def make(folder):
            shutil.copytree(older, folder, dirs_exist_ok=True)
            return [DLNETC, "compile", FAMILY, "--model", MODELS[0], "-o", folder]
        for error in self.ERRORS:
            with self.subTest(error):
                self.try_all(make, (error,), 12 if error else 3)

    def test_packages_and_report_into_nothing(self):
        def make(folder):
            return [DLNETC, "compile", FAMILY, "--model", MODELS[1], "--package=cmake", "-o",
                    os.path.join(folder, "packages", "deep"), "--report", os.path.join(folder, "report")]
        self.try_all(make, self.ERRORS, 40)

    def test_prune_over_an_older_file(self):
        def make(folder):
            shutil.copy(FAMILY, os.path.join(folder, "pruned"))
            return [DLNETC, "prune", FAMILY, "--ratio", "0.5", "--model", MODELS[1], "-o",
                    os.path.join(folder, "pruned")]
        for error in self.ERRORS:
            with self.subTest(error):
                self.try_all(make, (error,), 4 if error else 1)

    def test_evaluate_and_record(self):
        cells = self.path("cells")
        run(DLNET_TRAIN, "simulate", "-o", cells, "--batteries", "5")

        def make(folder):
            shutil.copy(FAMILY, os.path.join(folder, "family"))
            return [DLNETC, "evaluate", os.path.join(folder, "family"), "--data", cells, "--stride", "500",
                    "--model", MODELS[1], "--record"]
        self.try_all(make, self.ERRORS, 6)

    def test_simulate(self):
        def make(folder):
            return [DLNET_TRAIN, "simulate", "-o", os.path.join(folder, "cells"), "--batteries", "3"]
        self.try_all(make, self.ERRORS, 12)

    def test_training_with_a_checkpoint(self):
        """Whatever fails, the same command ends with the network of a run in which nothing did."""
        command = [DLNET_TRAIN, "train", *TINY, "-o", self.path("work", "m.safetensors"), "--checkpoint",
                   self.path("work", "state")]
        os.mkdir(self.path("work"))
        run(*command)
        after = snapshot(self.path("work"))
        count = 0
        for number, error, name, done in each_fault(command, (errno.ENOSPC, errno.EIO)):
            where = f"call {number}, {name}, fails: {done.returncode}\n{done.stderr}"
            found = snapshot(self.path("work"))
            self.assertEqual(done.returncode, 1, where)
            self.assertEqual(done.stderr.count("error: "), 1, where)
            self.assertLessEqual(found.keys(), after.keys(), where)
            # LibTorch names an optimizer's tensors by their addresses, so checkpoints differ.
            for path in found.keys() - {"state"}:
                self.assertTrue(found[path] == after[path], f"{path}: {where}")
            count += 1
            # From the start again, or from what this run has left.
            if number % 2 == 0:
                shutil.rmtree(self.path("work"))
                os.mkdir(self.path("work"))
        found = snapshot(self.path("work"))
        self.assertEqual(found.keys(), after.keys())
        for path in found.keys() - {"state"}:
            self.assertTrue(found[path] == after[path], path)
        self.assertGreaterEqual(count, 12)

    def test_memory_that_is_not_there(self):
        for command in ([DLNETC, "inspect", FAMILY], [DLNETC, "compile", FAMILY, "-o", self.path("out")]):
            for number, _, name, done in each_fault(command, (errno.ENOMEM,), kind="memory"):
                where = f"{command[1]}: call {number}, {name}: {done.returncode}\n{done.stderr}"
                self.assertIn(done.returncode, (0, 1), where)
                if done.returncode:
                    self.assertIn("dlnetc: error: ", done.stderr, where)
                    self.assertFalse(os.path.exists(self.path("out")), where)
                else:
                    shutil.rmtree(self.path("out"), ignore_errors=True)
