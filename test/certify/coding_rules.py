# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""MISRA C:2012 by cppcheck's addon, in both forms of the code.

The rules' texts may not be passed on, so rules go by number and category. A
required or mandatory one may not be violated. An advisory one may, for a reason
that stands here; one without a reason is refused like a required one.
"""
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass

import toolchain
from toolchain import Refusal

# Categories of MISRA C:2012 with amendments 1 and 2. Every other rule is required.
MANDATORY = set("9.1 12.5 13.6 17.3 17.4 17.6 19.1 21.13 21.17 21.18 21.19 21.20 22.2 22.4 22.5 22.6".split())
ADVISORY = set("""1.2 2.3 2.4 2.5 2.6 2.7 4.2 5.9 8.7 8.9 8.11 8.13 10.5 11.4 11.5 12.1 12.3 12.4 13.3 13.4 15.1
  15.4 15.5 17.5 17.8 18.4 18.5 19.2 20.1 20.5 20.10 21.12""".split())
REASONS = {
    "2.3": "The typedefs fail to compile where the state or an int has another size: C99's static assertion.",
    "2.4": "The enumeration has no tag, its constants are what calls return; the tool misses that callers use them.",
    "2.5": "Macros of the interface, for callers; and in the plain form one of the form with DSP instructions.",
    "2.7": "The parameters are operands of inline assembler, which the tool does not read.",
    "8.9": "Tables stand together at file scope, where their place in flash or RAM is decided.",
    "11.5": "A vector of halfwords is read by pairs, through a type that may alias.",
    "12.1": "Sums of products, and comparisons before `?`, without further parentheses.",
    "12.3": "Two variables in one declaration; the tool takes the comma for an operator.",
    "13.3": "A list is read and stepped along in one expression, which uses nothing else that changes.",
    "13.4": "Accumulators are set to zero together.",
    "15.5": "Arguments are checked first; each refusal returns its own error.",
    "17.8": "Pointers and counters that come by value are stepped along.",
    "18.4": "A vector's end is computed once, for the loop over it to stop there.",
}
# With the Cortex-M4's DSP instructions under gcc, without, and for a Cortex-M0, which has no product of 64 bits.
FORMS = {"dsp": ["-D__ARM_FEATURE_DSP=1", "-D__thumb__=1", "-D__thumb2__=1", "-D__GNUC__=12"],
         "plain": ["-U__ARM_FEATURE_DSP", "-U__thumb__", "-U__GNUC__"],
         "thumb1": ["-U__ARM_FEATURE_DSP", "-D__thumb__=1", "-U__thumb2__", "-U__GNUC__"]}


@dataclass(frozen=True, order=True)
class Finding:
    rule: str
    file: str
    line: int
    text: str

    def category(self):
        return "mandatory" if self.rule in MANDATORY else "advisory" if self.rule in ADVISORY else "required"

    def place(self):
        return f"{self.file}:{self.line}"


def check(*sources):
    """All findings in sources and the headers beside them, of both forms; refuses what is no matter of style."""
    found = set()
    for options in FORMS.values():
        with tempfile.TemporaryDirectory() as folder:  # in which no file passes for the addon
            done = subprocess.run(["cppcheck", "--quiet", "--addon=misra", "--enable=warning,style,portability",
                                   "--std=c99", "--platform=arm32-wchar_t4", *options,
                                   "--template={file}\t{line}\t{severity}\t{id}\t{message}",
                                   *map(os.path.abspath, sources)],
                                  cwd=folder, capture_output=True, text=True)
        if done.returncode != 0 or done.stdout:  # where it says that an addon failed
            raise RuntimeError(f"cppcheck: {(done.stdout + done.stderr).strip()[-500:]}")
        for entry in done.stderr.splitlines():
            fields = entry.split("\t")
            if len(fields) != 5:
                continue
            path, line, severity, kind, message = fields
            name = path.rpartition("/")[2]
            if kind.startswith("misra-c2012-"):
                found.add(Finding(kind.removeprefix("misra-c2012-"), name, int(line), source_line(path, int(line))))
            elif severity != "style":
                raise Refusal(f"{name}:{line}: cppcheck: {message} ({kind})")
    return sorted(found, key=lambda finding: ([int(part) for part in finding.rule.split(".")], finding))


def source_line(path, number):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def required_violations(findings):
    """Those of required and mandatory rules, and of advisory ones that nothing excuses."""
    return [finding for finding in findings if finding.category() != "advisory" or finding.rule not in REASONS]


def refuse_violations(findings):
    violations = required_violations(findings)
    if violations:
        raise Refusal("\n".join(f"{finding.place()}: MISRA C:2012 rule {finding.rule} ({finding.category()}"
                                f"{', no reason on record' if finding.category() == 'advisory' else ''}): {finding.text}"
                                for finding in violations))


def unchecked():
    """Rules that neither the addon nor cppcheck look at, of those that the addon lists."""
    addon = next(line for line in toolchain.output("dpkg", "-L", "cppcheck").splitlines()
                 if line.endswith("/addons/misra.py"))
    table = toolchain.output("python3", "-B", addon, "-generate-table")
    return [match[1] for match in re.finditer(r"^(\d+\.\d+)\s*$", table, re.M)]
