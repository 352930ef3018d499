# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What models cost: as the compiler says, and as they do when built at -O2 and run on an emulated Cortex-M4.

The cost table is fitted to such samples, its test takes others, and the benchmark reports both.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "..", "tools", "m4"))
import m4run  # noqa: E402

FIGURES = ("flash", "ram", "stack", "instructions", "cycles")
MACHINE = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
OBJECT = ["arm-none-eabi-gcc", *MACHINE, "-O2", "-ffunction-sections", "-fdata-sections", "-c"]
IMAGE = ["arm-none-eabi-gcc", *MACHINE, "--specs=nano.specs", "--specs=nosys.specs", "-nostartfiles",
         "-Wl,--gc-sections"]
PORT = os.path.join(ROOT, "runtime", "ports", "sim")


def output(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def build_port(folder):
    """The objects that every image shares."""
    sources = [os.path.join(PORT, name) for name in ("startup.c", "semihost.c", "board.c")]
    output(*OBJECT, "-I" + ROOT, *sources, cwd=folder)
    return [os.path.join(folder, os.path.basename(source)[:-1] + "o") for source in sources]


def compile_model(build, family, model, folder, *options):
    return output(os.path.join(build, "bin", "dlnetc"), "compile", family, "--model", model, "--name", "soh",
                  "-o", folder, *options)


def predict(build, family, model, options, folder):
    """What the compiler says: the lnn.cost of a model, and what tables take of RAM."""
    text = compile_model(build, family, model, folder, "--emit=int8", *options)
    cost = re.search(r"lnn\.cost = \{([^}]*)\}", text)[1]
    figures = {name: int(value) for name, value in re.findall(r"(\w+) = (\d+) : i64", cost)}
    in_ram = re.search(r"^tables (\d+) B, in RAM too", compile_model(build, family, model, folder, *options), re.M)
    if in_ram:
        figures["ram"] += int(in_ram[1])
    return figures


def measure(build, family, model, options, port, folder):
    """The same of the emitted C."""
    compile_model(build, family, model, folder, *options)
    main = os.path.join(ROOT, "test", "firmware", "measure_main.c")
    output(*OBJECT, "-I" + ROOT, "-I" + os.path.dirname(main), "-I" + folder, "soh.c", main, cwd=folder)
    elf = os.path.join(folder, "measure.elf")
    output(*IMAGE, "-T", os.path.join(PORT, "sim.ld"), *port, "soh.o", "measure_main.o", "-o", elf, cwd=folder)
    text, data, bss = map(int, output("arm-none-eabi-size", "soh.o", cwd=folder).splitlines()[1].split()[:3])
    run = m4run.run(elf, plugin=os.path.join(build, "test", "tools", "m4", "count_instructions.so"),
                    functions=["soh_predict"])
    if run["status"] != 0:
        raise RuntimeError(f"{model}: {run['stdout'].strip()}")
    call = run["calls"]["soh_predict"][0]
    with open(os.path.join(folder, "soh.c"), encoding="utf-8") as file:
        kernels = re.findall(r"^ +(?:dln|soh)_matvec_(\w+)\(.*\); /\*", file.read(), re.M)
    return {"options": options, "kernels": kernels, "flash": text + data,
            "ram": run["values"]["state_bytes"] + data + bss, "stack": run["values"]["predict_stack_bytes"],
            "instructions": call["instructions"], "cycles": call["cycles"]["mid"]}


def measure_all(build, family, models, options=()):
    """The measured costs of some models of a family, each with its name as `model`, on all cores."""
    build, family = os.path.abspath(build), os.path.abspath(family)
    with tempfile.TemporaryDirectory() as folder:
        port = build_port(folder)

        def one(model):
            own = os.path.join(folder, model)
            os.mkdir(own)
            return {"model": model, **measure(build, family, model, options, port, own)}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(one, models))


def predict_all(build, family, models, options=()):
    """The predicted costs of the same."""
    build, family = os.path.abspath(build), os.path.abspath(family)
    with tempfile.TemporaryDirectory() as folder:
        def one(model):
            return {"model": model, **predict(build, family, model, options, os.path.join(folder, model))}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(one, models))


def random_family(build, path, first, count):
    """Writes a family of random models; returns their names."""
    output(os.path.join(build, "bin", "dlnet-reference"), "random", "--first", str(first), "--count", str(count),
           "-o", path)
    return [f"random{i}" for i in range(first, first + count)]
