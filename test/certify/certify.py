#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Proves what a firmware reviewer asks of an emitted model, and writes it down.

  certify.py --plugin count_instructions.so -o DIR MODEL.c

MODEL.h and MODEL_selftest.c lie beside it. DIR gets certify.md, to be read and
attached to a package, and certify.json, one flat object. A claim that does not hold ends it with status 1 and the place in
the source; then no certificate is written. All runs are on QEMU's mps2-an386,
none was on a board.
"""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import flow  # noqa: E402
import coding_rules  # noqa: E402
import stack  # noqa: E402
import toolchain  # noqa: E402
import windows  # noqa: E402
from toolchain import Refusal  # noqa: E402
import m4run  # noqa: E402
from whole_file import write_whole  # noqa: E402

# Calls of the interface, and their arguments that hold measurements: r0 to r3.
CALLS = {"init": (), "push": ("r1",), "set_age": ("r1",), "forecast": (), "predict": ("r3",),
         "selftest": ()}
OPTIMIZE = ("-O2", "-Os")
SELFTEST = "-selftest"  # what the names of its object and call graph end in


class Model:
    """An emitted model: MODEL.c, MODEL.h and MODEL_selftest.c in one folder."""

    def __init__(self, source):
        self.source = os.path.abspath(source)
        self.folder, file = os.path.split(self.source)
        self.name = file.removesuffix(".c")
        self.selftest = os.path.join(self.folder, self.name + "_selftest.c")
        self.sources = [self.source, self.selftest]
        header = os.path.join(self.folder, self.name + ".h")
        with open(header, encoding="utf-8") as file:
            text = file.read()
        self.facts = {key: int(value) for key, value in
                      re.findall(rf"^#define {self.name.upper()}_(\w+) (\d+)u?\b", text, re.M)}
        self.reads_age = "READS_AGE" in self.facts
        self.calls = [call for call in CALLS if self.reads_age or call != "set_age"]
        with open(self.selftest, encoding="utf-8") as file:
            self.golden_vectors = int(re.search(r"^#define \w+_GOLDEN_VECTORS (\d+)u$", file.read(), re.M)[1])
        self.digests = {os.path.basename(path): digest(path) for path in (self.source, header, self.selftest)}

    def includes(self, folder):
        """Where soh.h is found, which the test programs include, whatever the model is called."""
        if self.name != "soh":
            with open(os.path.join(folder, "soh.h"), "w", encoding="utf-8") as file:
                file.write(f'#include "{self.name}.h"\n')
                for word in [*CALLS, "state"]:
                    file.write(f"#define soh_{word} {self.name}_{word}\n")
                for word in [*self.facts, "OK"]:
                    file.write(f"#define SOH_{word} {self.name.upper()}_{word}\n")
        return [folder, self.folder]


class Certificate:
    """Flat figures, and the text that says them."""

    def __init__(self):
        self.figures, self.lines = {}, []

    def write(self, *lines):
        self.lines += lines

    def table(self, head, rows):
        self.write("", "| " + " | ".join(head) + " |", "|" + "---|" * len(head))
        self.write(*("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows), "")


def build(model, folder, optimize):
    """The model's objects and an image of it for the emulator; the model alone is compiled with `optimize`."""
    includes = model.includes(folder)
    target = os.path.join(folder, model.name + optimize)
    objects = [target + ".o", target + SELFTEST + ".o"]
    for source, path in zip(model.sources, objects):
        toolchain.arm_object(source, path, optimize, includes)
    for source in (os.path.join(toolchain.HERE, "certify_main.c"),
                   *(os.path.join(toolchain.SIM, name + ".c") for name in ("startup", "semihost", "board"))):
        path = os.path.join(folder, os.path.basename(source)[:-2] + ".o")
        toolchain.arm_object(source, path, "-O2", includes)
        objects.append(path)
    toolchain.arm_link(objects, target + ".elf")
    _, _, selftest_ram = footprint(target + SELFTEST)
    if selftest_ram != 0:
        raise Refusal(f"{os.path.basename(model.selftest)}: takes {selftest_ram} bytes of RAM")
    return target


# ---- The claims ----

def prove_flow(model, target):
    """Per call: the stack from the call graph, and what the machine code may decide on data."""
    functions = stack.read_graph([target + ".ci", target + SELFTEST + ".ci"])
    tables = [name for _, _, kind, name in toolchain.symbol_table(target + ".o") if kind == "d"]
    image = flow.Image(target + ".elf", tables)
    proofs = {}
    for call in model.calls:
        name = f"{model.name}_{call}"
        arguments = CALLS[call] if call != "predict" or model.reads_age else ()
        bound, chain = stack.bound(functions, name, target + ".elf")
        analysis = flow.Analysis(image, name, arguments)
        if analysis.depth > bound:
            raise Refusal(f"{name}: the machine code reaches {analysis.depth} bytes of stack, beyond the call graph's "
                          f"{bound}")
        proofs[call] = {"stack": bound, "chain": chain, "explains": analysis.explains,
                        "branches": sorted({image.place(address) for address in analysis.branches})}
    return proofs, image


def run_windows(model, target, folder, plugin):
    """Every call for every window on the emulator, counted."""
    here = os.getcwd()
    os.chdir(folder)  # semihosting opens what lies in the working folder
    try:
        run = m4run.run(target + ".elf", ["windows.bin", "target.bin"], plugin=plugin, timeout=1800, spread=True,
                        functions=[f"{model.name}_{call}" for call in model.calls])
    finally:
        os.chdir(here)
    if run["status"] != 0:
        raise Refusal(f"{os.path.basename(target)}.elf: {run['stdout'].strip()}")
    return run


def compare_counts(model, proofs, run, image):
    """Holds the proof against the counts of each call."""
    for call, proof in proofs.items():
        spread = run["spread"][f"{model.name}_{call}"]
        proof.update(calls=spread["calls"], least=spread["least"], most=spread["most"],
                     measured_stack=run["values"][f"{call}_stack_bytes"])
        if proof["measured_stack"] > proof["stack"]:
            raise Refusal(f"{model.name}_{call}: {proof['measured_stack']} bytes of stack measured, more than the "
                          f"bound of {proof['stack']}")
        for address, (least, most) in spread["varies"].items():
            if not proof["explains"](address):
                raise Refusal(f"{image.place(address)}: executed {least} to {most} times in a call of "
                              f"{model.name}_{call}, although no branch on data decides that")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def run_on_host(model, folder):
    """By program: sha256 of the outputs, and whether the self-test passed; plain and under the sanitizers, of which a
    finding is a refusal."""
    digests, passed = {}, {}
    sources = [os.path.join(toolchain.HERE, "certify_main.c"), *model.sources, toolchain.HOST_BOARD]
    for name, sanitize in (("host", False), ("sanitized", True)):
        program = os.path.join(folder, name)
        toolchain.host_program(sources, program, model.includes(folder), sanitize)
        done = subprocess.run([program, "windows.bin", name + ".bin"], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Refusal(f"{name}: {(done.stderr or done.stdout).strip()[:2000]}")
        digests[name] = digest(os.path.join(folder, name + ".bin"))
        passed[name] = "selftest_passed 1\n" in done.stdout
    return digests, passed


def footprint(target):
    """[(name, kind, flash, RAM)] of the object's symbols, and its totals by `size`."""
    kinds = {"t": ("code", 1, 0), "r": ("constants", 1, 0), "d": ("table in RAM", 1, 1), "b": ("variable", 0, 1)}
    rows = []
    for _, size, kind, name in toolchain.symbol_table(target + ".o"):
        what, flash, ram = kinds[kind.lower()]
        rows.append((name, what, flash * size, ram * size))
    text, data, bss = map(int, toolchain.output("arm-none-eabi-size", target + ".o").splitlines()[1].split()[:3])
    return sorted(rows, key=lambda row: (-row[2] - row[3], row[0])), text + data, data + bss


def library_code(target):
    """[(name, bytes)] of what the object needs from elsewhere."""
    needed = set(re.findall(r"^ +U (\S+)$", toolchain.output("arm-none-eabi-nm", target + ".o"), re.M))
    return [(name, size) for _, size, _, name in toolchain.symbol_table(target + ".elf") if name in needed]


# ---- The certificate ----

def certify(model, plugin, count):
    certificate = Certificate()
    figures = certificate.figures
    certificate.write(f"# Certificate of {model.name}.c", "",
                      *(f"- `{name}`: sha256 {value}" for name, value in model.digests.items()), "",
                      "Made by `./dlnet certify`. Every statement was checked when this was written; one that does not "
                      "hold leaves no certificate. Runs are on an emulated Cortex-M4 (QEMU's mps2-an386); nothing was "
                      "run on a board.", "",
                      *basis(model.facts),
                      f"- Compiler: {toolchain.first_line(toolchain.ARM_GCC, '--version')}, "
                      f"`{' '.join(toolchain.MACHINE)}`, with " + " and ".join(f"`{level}`" for level in OPTIMIZE) +
                      ". A proof about machine code holds for the compiler and the options that made it.",
                      f"- Emulator: {toolchain.first_line('qemu-system-arm', '--version')}",
                      f"- {toolchain.first_line('cppcheck', '--version')}, {toolchain.first_line('cc', '--version')}")
    for key, value in zip(("source", "header", "selftest"), model.digests.values()):
        figures[key + "_sha256"] = value

    findings = coding_rules.check(*model.sources)
    coding_rules.refuse_violations(findings)
    with tempfile.TemporaryDirectory() as folder:
        windows.write(os.path.join(folder, "windows.bin"), count, model.facts["WINDOW"], model.facts["ONE"],
                      model.reads_age)
        digests, passed = run_on_host(model, folder)
        for optimize in OPTIMIZE:
            target = build(model, folder, optimize)
            proofs, image = prove_flow(model, target)
            run = run_windows(model, target, folder, plugin)
            compare_counts(model, proofs, run, image)
            name = "cortex_m4" + optimize.replace("-", "_").lower()
            digests[name] = digest(os.path.join(folder, "target.bin"))
            passed[name] = run["values"]["selftest_passed"] == 1
            write_calls(certificate, model, optimize, proofs)
            write_footprint(certificate, model, optimize, target)
    if len(set(digests.values())) != 1:
        raise Refusal("outputs differ: " + ", ".join(f"{name} {value}" for name, value in digests.items()))
    if not all(passed.values()):
        raise Refusal(f"{model.name}_selftest failed: " + ", ".join(name for name in passed if not passed[name]))
    write_agreement(certificate, model, count, digests)
    write_misra(certificate, findings)
    return certificate


def basis(facts):
    """What the model's SOH is, of models whose header says so."""
    if "NOMINAL_UAH" in facts:
        capacity = f"the nominal capacity, {facts['NOMINAL_UAH'] / 1e6:g} Ah"
    elif "INITIAL_CYCLES" in facts:
        capacity = f"the median capacity of a battery's first {facts['INITIAL_CYCLES']} cycles"
    else:
        return []
    low, high = (facts[key] / facts["ONE"] for key in ("TRAINED_LOW", "TRAINED_HIGH"))
    return [f"- SOH 1 is {capacity}; the network was trained on SOH {low:.3f} to {high:.3f}."]


def write_calls(certificate, model, optimize, proofs):
    key = optimize.strip("-").lower()
    certificate.write("", f"## Stack and time, {optimize}", "",
                      "From gcc's call graph, and again from the machine code: no recursion, no call through a "
                      "pointer, no frame of variable size. Library functions are counted in. An interrupt's own frame "
                      "comes on top.")
    certificate.table(("call", "stack, bytes, at most", "measured", "deepest chain"),
                      [(f"`{model.name}_{call}`", proof["stack"], proof["measured_stack"],
                        " > ".join(f"`{name}`" for name in proof["chain"])) for call, proof in proofs.items()])
    certificate.write("From the machine code: no loop's end depends on data, no address that is written to does, and "
                      "no instruction is one of floating point. Instructions were counted one by one on windows of "
                      "which a third each are of simulated cells, random, and extreme.")
    certificate.table(("call", "calls", "instructions, least", "most"),
                      [(f"`{model.name}_{call}`", proof["calls"], proof["least"], proof["most"])
                       for call, proof in proofs.items()])
    for call, proof in proofs.items():
        certificate.figures[f"{key}_{call}_stack_bound_bytes"] = proof["stack"]
        certificate.figures[f"{key}_{call}_stack_measured_bytes"] = proof["measured_stack"]
        certificate.figures[f"{key}_{call}_instructions_least"] = proof["least"]
        certificate.figures[f"{key}_{call}_instructions_most"] = proof["most"]
        certificate.figures[f"{key}_{call}_branches_on_data"] = len(proof["branches"])
        if not proof["branches"]:
            certificate.write(f"- `{model.name}_{call}`: no branch depends on data, so that every call takes as many.")
            continue
        certificate.write(f"- `{model.name}_{call}`: these branches depend on data" +
                          (", yet all counted calls took as many:" if proof["least"] == proof["most"] else
                           ", and explain the difference:"))
        certificate.write(*(f"  - {place}: `{source_line(model, place)}`" for place in proof["branches"]))


def source_line(model, place):
    """The text at `model.c:12`."""
    file, line = re.match(r"(.*?):(\d+)", place).groups()
    return coding_rules.source_line(os.path.join(model.folder, file), int(line))


def write_footprint(certificate, model, optimize, target):
    key = optimize.strip("-").lower()
    rows, flash, ram = footprint(target)
    _, selftest_flash, _ = footprint(target + SELFTEST)
    state = model.facts["STATE_BYTES"]
    certificate.write("", f"## Flash and RAM by symbol, {optimize}")
    padding = flash - sum(row[2] for row in rows)
    certificate.table(("symbol", "kind", "flash, bytes", "RAM, bytes"),
                      [(f"`{name}`", *rest) for name, *rest in rows] +
                      [("alignment, unwinding tables", "", padding, 0),
                       (f"`{model.name}_state`", "of the caller", 0, state),
                       ("**all**", "", f"**{flash}**", f"**{ram + state}**")] +
                      [(f"`{name}`", "of the C library, unless there already", size, 0)
                       for name, size in library_code(target)] +
                      [(f"`{model.name}_selftest`", "with its vectors, where it is called", selftest_flash, 0)])
    certificate.figures[f"{key}_flash_bytes"] = flash
    certificate.figures[f"{key}_selftest_flash_bytes"] = selftest_flash
    certificate.figures[f"{key}_ram_bytes"] = ram + state


def write_agreement(certificate, model, count, digests):
    certificate.write("", "## The same bits everywhere", "",
                      f"sha256 of {2 * count} forecasts, on the windows above. The host's program ran once more under "
                      "AddressSanitizer and UndefinedBehaviorSanitizer, without a finding; there and in the "
                      "host's, the plain form of the code runs, on the Cortex-M4 the one with DSP instructions.")
    certificate.table(("where", "sha256"), [(name, f"`{value}`") for name, value in digests.items()])
    certificate.write(f"In each of them `{model.name}_selftest` passed: {model.golden_vectors} windows, extreme ones among "
                      "them, forecast in both ways, bit for bit what the compiler's integer executor gave.")
    certificate.figures["golden_vectors"] = model.golden_vectors
    certificate.figures.update(windows=count, forecasts_sha256=next(iter(digests.values())),
                               programs_that_agree=len(digests))


def write_misra(certificate, findings):
    certificate.write("", "## MISRA C:2012", "",
                      "cppcheck's misra addon, on the form with DSP instructions, on the plain one, and on that for cores "
                      "without products of 64 bits: no violation of a required or mandatory rule. What deviates from advisory rules, and why:")
    rules = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    certificate.table(("rule", "category", "places", "reason"),
                      [(rule, found[0].category(), " ".join(f"{one.file}:{one.line}" for one in found),
                        coding_rules.REASONS[rule]) for rule, found in rules.items()])
    certificate.write("Inline assembler and attributes are gcc's (rule 1.2, advisory, not checked): they stand in "
                      "functions of their own, and `DLN_NO_ASSEMBLER` takes them out. Neither tool looks at rules "
                      + ", ".join(coding_rules.unchecked()) + ", nor at directives; a clean run is no proof of conformance.")
    certificate.figures["misra_required_violations"] = len(coding_rules.required_violations(findings))
    certificate.figures["misra_advisory_deviations"] = len(findings)
    certificate.figures["misra_advisory_rules"] = " ".join(rules)


def save(certificate, folder):
    os.makedirs(folder, exist_ok=True)
    for name, text in (("certify.md", "\n".join(certificate.lines) + "\n"),
                       ("certify.json", json.dumps(certificate.figures, indent=2, sort_keys=True) + "\n")):
        write_whole(os.path.join(folder, name), text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", metavar="MODEL.c")
    parser.add_argument("--plugin", required=True, metavar="count_instructions.so")
    parser.add_argument("-o", "--output", required=True, metavar="DIR")
    parser.add_argument("--windows", type=int, default=10000, metavar="N")
    options = parser.parse_args()
    for name in ("certify.md", "certify.json"):
        if os.path.exists(path := os.path.join(options.output, name)):
            os.remove(path)  # an old one must not outlive a refusal
    try:
        certificate = certify(Model(options.model), os.path.abspath(options.plugin), options.windows)
        save(certificate, options.output)
    except Refusal as refusal:
        sys.exit(f"certify: refused: {refusal}")
    except (m4run.EmulatorError, OSError, RuntimeError) as error:
        sys.exit(f"certify: error: {error}")
    calls = {key: value for key, value in certificate.figures.items() if "forecast_" in key or "misra_req" in key}
    print("\n".join(f"{key} {value}" for key, value in sorted(calls.items())))
    print(os.path.join(options.output, "certify.md"))


if __name__ == "__main__":
    main()
