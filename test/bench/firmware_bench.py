# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the firmware soh_monitor takes and withstands: the board image as it is on dlnet-sim, and the same sources on
this machine under sanitizers, with the simulated flash."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sim"))
import session  # noqa: E402

HERTZ = 64e6
HOST_LINES, BOARD_LINES = 1000000, 5000


def footprint(image):
    """Bytes of flash, and of RAM with the stack that is reserved."""
    sizes = subprocess.run(["arm-none-eabi-size", image], check=True, capture_output=True, text=True).stdout
    text, data, bss = map(int, sizes.splitlines()[1].split()[:3])
    return text + data, data + bss


def converse(build, script):
    """dlnet-sim's report of a script on the board image; raises where the image answers otherwise."""
    status, errors, result = session.run(os.path.join(build, "bin", "dlnet-sim"),
                                         os.path.join(build, "firmware", "soh_monitor.elf"), script)
    if status != 0:
        raise RuntimeError(f"soh_monitor on dlnet-sim: {errors.strip()}")
    return result


def forecast_ms(build):
    """Milliseconds of the longest forecast, by the cycle model at 64 MHz with 2 wait states on data from flash."""
    result = converse(build, session.NEW_CELL + session.cycles(1, 110))
    predict = next(one for one in result["functions"] if one["name"] == "soh_predict")
    return max(predict["cycles_of_a_call"]) / HERTZ * 1e3


def fuzz_board(build):
    """Faults of the board image under garbage: it stopped, lost its cycles, or was reset."""
    script = session.NEW_CELL + session.cycles(1, 3) + session.garbage(1, BOARD_LINES)
    try:
        return len(converse(build, script)["resets"]) - 1
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1


def host_figures(build, tests, program="dlnet_runtime_tests", **environment):
    """Sums of the `name number` lines that the program prints; raises where a test fails and none says why."""
    done = subprocess.run([os.path.join(build, "bin", program), "--gtest_filter=" + tests],
                          env={**os.environ, **environment}, capture_output=True, text=True)
    figures = {}
    for name, number in re.findall(r"^((?:power|serial|journal)_\w+) (\d+)$", done.stdout, re.M):
        figures[name] = figures.get(name, 0) + int(number)
    losses = sum(figures.get(name, 0) for name in ("power_cuts_lost", "serial_faults", "journal_unreported"))
    if not figures or (done.returncode != 0 and losses == 0):
        raise RuntimeError(f"{tests}: ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return figures


def measure(build):
    figures = {}
    figures["board_flash_bytes"], figures["board_ram_bytes"] = footprint(
        os.path.join(build, "firmware", "soh_monitor.elf"))
    figures["board_forecast_ms_estimate"] = forecast_ms(build)
    figures.update(host_figures(build, "*PowerCutLife*"))
    figures.update(host_figures(build, "*JournalFlip.AnyBit*", "dlnet_journal_tests"))
    figures.update(host_figures(build, "Fuzz.*", DLNET_FUZZ_LINES=str(HOST_LINES)))
    figures["serial_lines_fuzzed"] += BOARD_LINES
    figures["serial_faults"] += fuzz_board(build)
    return figures
