# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What choosing from a family gains: the front that dlnetc finds, and the flash that pruning saves.

The compiler decides by predicted costs; flash is measured here once more, from objects built for a Cortex-M4.
"""
import json
import os
import statistics
import subprocess
import tempfile
import time

import cost_samples

ERROR_SLACK = 1.02  # "At equal error" is within 2 %.


def compile_family(build, family, folder):
    """report.json of the choice without limits, and the seconds that it took with everything that is written."""
    start = time.monotonic()
    subprocess.run([os.path.join(build, "bin", "dlnetc"), "compile", family, "-o", folder, "--report", folder,
                    "--budget", "mae=1"], check=True, capture_output=True, text=True)
    seconds = time.monotonic() - start
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        return json.load(file), seconds


def pruned_saving(candidates):
    """The part of its flash that the best pruned student saves, and the names of both: (saving, pruned, unpruned).

    Every unpruned student sets a level of error. At a level, both sides may err up to 2 % more than it, and each side
    sends its smallest student: unpruned ones get the slack, too, so that only pruning can win. The figure is of the
    level where pruning saves most; where no pruned student is accurate enough for any level, it is None.
    """
    def smallest(limit, pruned):
        fitting = [one for one in candidates if one["pruned"] == pruned and one["error"] <= limit]
        return min(fitting, key=lambda one: (one["flash"], one["error"]), default=None)

    best = None
    for level in (one for one in candidates if not one["pruned"]):
        limit = ERROR_SLACK * level["error"]
        pruned, unpruned = smallest(limit, True), smallest(limit, False)
        if pruned is None:
            continue
        saving = 1 - pruned["flash"] / unpruned["flash"]
        if best is None or saving > best[0]:
            best = saving, pruned["name"], unpruned["name"]
    return best


def measure(build, family, runs=3):
    with tempfile.TemporaryDirectory() as folder:
        timed = [compile_family(build, family, folder) for _ in range(runs)]
    candidates = timed[0][0]["candidates"]
    measured = cost_samples.measure_all(build, family, [one["name"] for one in candidates])
    flash = {one["model"]: one["flash"] for one in measured}
    front = [one["name"] for one in candidates if one["status"] in ("selected", "front")]
    saving = pruned_saving([{"name": one["name"], "pruned": "pruned" in one["trained"], "flash": flash[one["name"]],
                             "error": one["measured"]["validation"]["mae_int8"]} for one in candidates])
    figures = {"family_students": len(candidates),
               "front_points": len(front),
               "front_min_flash_bytes": min(flash[name] for name in front),
               "compile_family_seconds": statistics.median(seconds for _, seconds in timed)}
    figures["pruned_flash_saving"], figures["pruned_saver"], figures["pruned_saved_on"] = saving or (0.0, "-", "-")
    return figures
