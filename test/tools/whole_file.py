# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files that are there whole or not at all, as dlnetc writes its own."""
import os
import tempfile


def write_whole(path, text):
    """Writes beside `path` under a name that nobody else has, and renames. What was there stays after a failure."""
    descriptor, aside = tempfile.mkstemp(prefix=".dlnet-", suffix=".part", dir=os.path.dirname(path) or ".")
    try:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(descriptor, 0o666 & ~mask)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise
