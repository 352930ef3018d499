# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command with its first call to the system failing, then the second, until none is left to fail."""
import contextlib
import errno
import os
import subprocess
import tempfile

from context import BUILD, attempt

FAULTS = os.path.join(BUILD, "test", "tools", "faults", "faults.so")
SHORT = 0  # a write of half the bytes, which is no error


def snapshot(folder):
    """Content by path of all files below, those with a dot in front, too; folders end in a slash."""
    found = {}
    for where, folders, files in os.walk(folder):
        for name in files:
            path = os.path.join(where, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
        for name in folders:
            found[os.path.relpath(os.path.join(where, name), folder) + "/"] = b""
    return found


def each_fault(command, errors, kind="file", limit=2000, every=1, **options):
    """Yields number, errno, name of the failed call and what the command said, for every call that can fail. With
    several `errors` they take turns."""
    number = 1
    while number < limit:
        error = errors[number // every % len(errors)]
        with tempfile.TemporaryDirectory() as folder:
            note = os.path.join(folder, "note")
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LD_PRELOAD": FAULTS,
                           "DLNET_FAULT_AT": str(number), "DLNET_FAULT_ERRNO": str(error), "DLNET_FAULT_KIND": kind,
                           "DLNET_FAULT_NOTE": note}
            done = attempt(*command, env=environment, **options)
            if not os.path.exists(note):
                assert number > 1, "no call was counted: is the library preloaded?"
                return
            with open(note, encoding="ascii") as file:
                name = file.read()
        yield number, error, name, done
        number += every
    raise AssertionError(f"{command}: more than {limit} calls")


def check(test, before, after, folder, done, name, error):
    """The old files or the new ones, and no others; one error, unless all went well. Reports tell how long they took
    and so are only looked for."""
    where = f"{name} fails with {errno.errorcode.get(error, 'half the bytes')}: {done.returncode}\n{done.stderr}"
    found = snapshot(folder)
    if done.returncode == 0:
        # Half of the bytes are followed by the other half.
        test.assertEqual(error, SHORT, where)
        test.assertEqual(found.keys(), after.keys(), where)
        for path in found:
            test.assertTrue(found[path] == after[path] or os.path.basename(path).startswith("report."), path)
        return
    test.assertEqual(done.returncode, 1, where)
    test.assertEqual(done.stderr.count("error: "), 1, where)
    test.assertEqual(found.keys(), before.keys(), where)
    test.assertTrue(found == before, where)


@contextlib.contextmanager
def small_disk(size, read_only=False):
    """A folder on a disk of its own; None where this process may not have one."""
    with tempfile.TemporaryDirectory() as folder:
        option = f"size={size}" + (",ro" if read_only else "")
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", option, "tmpfs", folder], capture_output=True, check=False).returncode == 0
        try:
            yield folder if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", folder], check=True)
