# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Proves on the machine code that no loop depends on data.

Every instruction that a call can reach is interpreted with values of which only
this is known: whether they depend on data, and for addresses whether they point
to constants, into the stack (and where), or elsewhere. Data are what a call
reads through its pointers, and the arguments that hold measurements. A branch
whose flags depend on data may choose between two ways that meet again; it may
not decide whether a loop goes on.

Sound because it is strict: what it does not know by name it refuses, and it
takes for data what it cannot follow.
"""
import collections
import re
from dataclasses import dataclass, replace

import toolchain
from toolchain import Refusal

CONDITION = "eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
REGISTER = re.compile(r"\b(r\d+|sl|fp|ip|sp|lr|pc)\b")
ALIASES = {"sl": "r10", "fp": "r11", "ip": "r12"}
LOADS = {"ldr": 4, "ldrh": 2, "ldrsh": 2, "ldrb": 1, "ldrsb": 1}
STORES = {"str": 4, "strh": 2, "strb": 1}
COMPARES = {"cmp", "cmn", "tst", "teq"}
NOTHING = {"nop", "it", "dmb", "dsb", "isb"}
ONE_RESULT = set("""mov mvn movw movt add addw sub subw rsb adc sbc and orr orn eor bic lsl lsr asr ror rrx neg
  adr sxth sxtb uxth uxtb sxtb16 uxtb16 sxtab16 bfi bfc sbfx ubfx clz rbit rev rev16 mul mla mls smmul smmulr smmla
  smmlar smlad smladx smuad smuadx smusd smlsd smulbb smulbt smultb smultt smlabb smlabt smlatb smlatt smulwb smulwt
  ssat usat ssat16 usat16 sadd16 ssub16 pkhbt pkhtb sel""".split())
TWO_RESULTS = set("smull umull smlal umlal smlald".split())
# Without the old value of the result among their operands.
FRESH = set("mov mvn movw adr neg sxth sxtb uxth uxtb sxtb16 uxtb16 clz rbit rev rev16".split())
FLAG_READERS = {"adc", "sbc", "rrx", "sel"}
SAVED = [f"r{i}" for i in range(4, 12)]  # what a function has to give back


@dataclass(frozen=True)
class Value:
    """What is known of a register or a word of the stack."""
    data: bool = False      # depends on data
    region: str = "number"  # or "constants", "stack", "elsewhere"
    known: int = None       # the number; in the stack, the offset from where the call began
    kept: str = ""          # which register held it, whole, when a function began: "depth:name"

    def join(self, other):
        if self == other:
            return self
        known = self.known if self.region == other.region and self.known == other.known else None
        return Value(self.data or other.data, merge(self.region, other.region), known,
                     self.kept if self.kept == other.kept else "")


def merge(one, other):
    """The region of what may point into either; what may be the stack is, so that no write to it is missed."""
    if one == other:
        return one
    return "stack" if "stack" in (one, other) else "elsewhere"


class Recorder(dict):
    """Notes which of its keys are written."""

    def __init__(self, content, written):
        super().__init__(content)
        self.written = written

    def __setitem__(self, key, value):
        self.written.add(key)
        super().__setitem__(key, value)


NUMBER = Value()
DATA = Value(data=True)


@dataclass(frozen=True)
class State:
    registers: tuple  # of (name, Value)
    stack: tuple      # of (offset, Value)
    flags: bool       # depend on data

    def join(self, other):
        ours, theirs = dict(self.registers), dict(other.registers)
        registers = {name: value.join(theirs[name]) for name, value in ours.items()}
        ours, theirs = dict(self.stack), dict(other.stack)
        stack = {at: ours[at].join(theirs[at]) if at in ours and at in theirs else DATA for at in ours | theirs}
        return State(tuple(sorted(registers.items())), tuple(sorted(stack.items())), self.flags or other.flags)


@dataclass
class Code:
    address: int
    size: int
    mnemonic: str   # without width and condition
    operands: str
    condition: str  # of an IT block or a branch; else empty
    sets_flags: bool

    def registers(self, text=None):
        return [ALIASES.get(name, name) for name in REGISTER.findall(self.operands if text is None else text)]


class Image:
    """Disassembly, and where its constants are."""

    def __init__(self, elf, constant_symbols=()):
        self.elf = elf
        self.code, self.data = {}, set()
        text = toolchain.output("arm-none-eabi-objdump", "-d", elf)
        pending = []
        for line in text.splitlines():
            match = re.match(r" *([0-9a-f]+):\t([0-9a-f ]+)\t(\S+)\s*([^;@<]*)", line)
            if not match:
                continue
            address, size = int(match[1], 16), len(match[2].replace(" ", "")) // 2
            if match[3].startswith("."):
                self.data.update(range(address, address + size))
                continue
            self.code[address] = self.decode(address, size, match[3], match[4].strip(), pending)
        self.bytes = {}
        self.constants = []  # of (first, end)
        for number, name, size, address in re.findall(
                r"^ *(\d+) (\S+) +([0-9a-f]{8}) +([0-9a-f]{8})",
                toolchain.output("arm-none-eabi-objdump", "-h", elf), re.M):
            if name in (".text", ".rodata"):
                self.constants.append((int(address, 16), int(address, 16) + int(size, 16)))
                self.read_section(name)
        self.symbols = toolchain.symbol_table(elf)
        for address, size, _, name in self.symbols:
            if name in constant_symbols:
                self.constants.append((address, address + size))
        self.names = {address & ~1: name for address, _, kind, name in self.symbols if kind in "tTwW"}

    def read_section(self, name):
        for line in toolchain.output("arm-none-eabi-objdump", "-s", "-j", name, self.elf).splitlines():
            match = re.match(r" ([0-9a-f]+) ((?:[0-9a-f]{2,8} ){1,4})", line)
            if match:
                for i, byte in enumerate(bytes.fromhex(match[2])):
                    self.bytes[int(match[1], 16) + i] = byte

    @staticmethod
    def decode(address, size, mnemonic, operands, pending):
        """`pending` holds the conditions that an IT left for what follows."""
        mnemonic = re.sub(r"\.[nw]$", "", mnemonic)
        condition = ""
        if match := re.fullmatch(r"i(t[te]{0,3})", mnemonic):
            inverse = {"eq": "ne", "ne": "eq", "cs": "cc", "cc": "cs", "mi": "pl", "pl": "mi", "vs": "vc", "vc": "vs",
                       "hi": "ls", "ls": "hi", "ge": "lt", "lt": "ge", "gt": "le", "le": "gt"}
            pending[:] = [operands if which == "t" else inverse[operands] for which in match[1]]
            return Code(address, size, "it", operands, "", False)
        if pending:
            condition = pending.pop(0)
            mnemonic = mnemonic.removesuffix(condition)
        elif match := re.fullmatch(f"b({CONDITION})", mnemonic):
            mnemonic, condition = "b", match[1]
        sets_flags = mnemonic in COMPARES
        if mnemonic.endswith("s") and mnemonic[:-1] in ONE_RESULT | TWO_RESULTS and mnemonic not in ONE_RESULT:
            mnemonic, sets_flags = mnemonic[:-1], True
        return Code(address, size, mnemonic, operands, condition, sets_flags)

    def place(self, address):
        """Source lines of an instruction, the innermost first, each inlined into the next."""
        text = toolchain.output("arm-none-eabi-addr2line", "-i", "-s", "-e", self.elf, hex(address))
        return ", in ".join(re.sub(r" \(discriminator.*", "", line) for line in text.splitlines())

    def word(self, address):
        if not all(address + i in self.bytes for i in range(4)):
            return None
        return sum(self.bytes[address + i] << (8 * i) for i in range(4))

    def pointer(self, number):
        """A Value for a number that may be an address."""
        if any(first <= number < end for first, end in self.constants):
            return Value(region="constants", known=number)
        if number >= 0x20000000:
            return Value(region="elsewhere")
        return Value(known=number)


class Analysis:
    """Of one call. `result` says what was found."""

    def __init__(self, image, name, data_arguments=()):
        self.image = image
        self.branches = {}       # address of each branch on data -> its Code
        self.depth = 0           # of the stack, in bytes
        self.edges = collections.defaultdict(set)   # within calls; an address is a node
        self.writes = collections.defaultdict(set)  # what an instruction, or what it calls, may write
        # What branches on data chose is data where their ways meet again.
        self.chosen = {}         # node -> what was written on the ways to it
        entry = next((address & ~1 for address, _, kind, symbol in image.symbols
                      if symbol == name and kind in "tT"), None)
        if entry is None:
            raise Refusal(f"{name}: not in the image")
        registers = {f"r{i}": DATA if f"r{i}" in data_arguments else
                     Value(region="elsewhere") if i < 4 else NUMBER for i in range(13)}
        registers |= {"sp": Value(region="stack", known=0), "lr": NUMBER}
        self.active = []
        start = State(tuple(sorted(registers.items())), (), False)
        while True:
            self.cache = {}
            self.run(entry, start)
            chosen = self.choices()
            if chosen == self.chosen:
                break
            self.chosen = chosen
        self.refuse_loops_on_data()

    def refuse(self, at, text):
        raise Refusal(f"{self.image.place(at.address)}: {text} (at {at.address:#x}, {at.mnemonic} {at.operands})")

    def run(self, entry, state):
        """Interprets a function until nothing new comes; the state where it returns."""
        key = entry, state
        if key in self.cache:
            return self.cache[key]
        if entry in self.active:
            raise Refusal(f"{self.image.place(entry)}: recursion into {self.image.names.get(entry, hex(entry))}")
        self.active.append(entry)
        states, work, returned = {entry: state}, [entry], None
        while work:
            address = work.pop()
            at = self.image.code.get(address)
            if at is None:
                raise Refusal(f"{address:#x}: execution leaves the code")
            nexts, end = self.step(at, states[address])
            if end is not None:
                end = self.met(end, ("return", entry))
                returned = end if returned is None else returned.join(end)
            for successor, after in nexts:
                self.edges[address].add(successor)
                after = self.met(after, successor)
                joined = after if successor not in states else states[successor].join(after)
                if states.get(successor) != joined:
                    states[successor] = joined
                    work.append(successor)
            if end is not None:
                self.edges[address].add(("return", entry))
        self.active.pop()
        if returned is None:
            raise Refusal(f"{self.image.place(entry)}: a function that never returns")
        self.cache[key] = returned
        self.writes[entry, "call"] |= set().union(*(self.writes[address] for address in states))
        return returned

    def call(self, entry, before):
        """(the state where the function returns, the saved registers that it gives back). Whichever way data chose
        through it, these are what they were, as long as they were loaded from where it saved them."""
        own = dict(before.registers)
        marks = {name: f"{len(self.active)}:{name}" for name in SAVED}
        marked = own | {name: replace(own[name], kept=mark) for name, mark in marks.items()}
        after = self.run(entry, State(tuple(sorted(marked.items())), before.stack, before.flags))
        registers = dict(after.registers)
        given_back = {name for name, mark in marks.items() if registers[name].kept == mark}
        # A mark means nothing beyond its call.
        unmark = lambda value: replace(value, kept="") if value.kept in marks.values() else value
        registers = {name: own[name] if name in given_back else unmark(value) for name, value in registers.items()}
        stack = tuple((at, unmark(value)) for at, value in after.stack)
        return State(tuple(sorted(registers.items())), stack, after.flags), given_back

    def met(self, state, node):
        """The state on reaching a node, where a choice on data may end."""
        written = self.chosen.get(node)
        if not written:
            return state
        choose = lambda values: tuple((name, replace(value, data=True)) if name in written else (name, value)
                                      for name, value in values)
        return State(choose(state.registers), choose(state.stack), state.flags or "flags" in written)

    def choices(self):
        """For each node where the ways from branches on data meet, what was written on these."""
        chosen = collections.defaultdict(set)
        for branch in self.branches:
            meeting = self.meeting_point(branch)
            if meeting is None:
                self.refuse(self.branches[branch], "a branch on data whose ways do not meet again")
            ways, work = {meeting}, [branch]
            while work:
                node = work.pop()
                for successor in self.edges.get(node, ()):
                    if successor not in ways:
                        ways.add(successor)
                        work.append(successor)
                        chosen[meeting] |= self.writes.get(successor, set())
            chosen[meeting] -= {"sp"}  # an offset that is known, or it is refused
        return dict(chosen)

    # ---- One instruction ----

    def step(self, at, state):
        """([(successor, state)], the state with which it returns or None)."""
        wrote = self.writes[at.address]
        registers, stack = Recorder(state.registers, wrote), Recorder(state.stack, wrote)
        following = at.address + at.size
        pack = lambda flags=state.flags: State(tuple(sorted(registers.items())), tuple(sorted(stack.items())), flags)

        if self.is_return(at):
            after = None
            if at.mnemonic == "bx":
                if registers["lr"].data:
                    self.refuse(at, "a return to where data says")
            else:
                self.execute(at, registers, stack, state.flags)
            after = pack()
            if at.condition:
                self.note_branch(at, state.flags)
                return [(following, state)], after
            return [], after
        if at.sets_flags:
            wrote.add("flags")
        if at.mnemonic in ("b", "cbz", "cbnz"):
            target = int(re.search(r"([0-9a-f]+)$", at.operands)[1], 16)
            if at.mnemonic == "b" and not at.condition:
                return [(target, state)], None
            on_data = state.flags if at.mnemonic == "b" else registers[at.registers()[0]].data
            self.note_branch(at, on_data)
            return [(following, state), (target, state)], None
        if at.mnemonic == "bl":
            if at.condition:
                self.refuse(at, "a conditional call")
            target = int(re.search(r"([0-9a-f]+)$", at.operands)[1], 16)
            registers["lr"] = NUMBER
            before = pack()
            after, given_back = self.call(target, before)
            kept = set(before.registers) & set(after.registers)
            restored = {name for name, value in kept if value.region == "stack" and value.known is not None}
            wrote |= self.writes[target, "call"] - restored - given_back
            return [(following, after)], None
        if at.mnemonic in ("tbb", "tbh"):
            if any(registers[name].data for name in at.registers() if name != "pc"):
                self.refuse(at, "a jump by a table that data indexes")
            return [(target, state) for target in self.table_targets(at)], None
        if at.mnemonic in ("bx", "blx") or (at.mnemonic != "ldr" and at.registers()[:1] == ["pc"]):
            self.refuse(at, "a call or jump through a pointer")

        if not at.condition:
            flags = self.execute(at, registers, stack, state.flags)
            return [(following, pack(flags))], None
        # What is skipped on data leaves a choice on data behind.
        old_registers, old_stack = dict(registers), dict(stack)
        flags = self.execute(at, registers, stack, state.flags)
        for now, old in ((registers, old_registers), (stack, old_stack)):
            for name, value in now.items():
                if old.get(name) != value:
                    joined = value.join(old.get(name, DATA))
                    now[name] = replace(joined, data=joined.data or state.flags)
        return [(following, pack(flags or state.flags))], None

    @staticmethod
    def is_return(at):
        if at.mnemonic == "bx":
            return at.operands == "lr"
        if at.mnemonic in ("pop", "ldmia", "ldmfd", "ldm"):
            return "pc" in at.registers(at.operands.partition("{")[2])
        return at.mnemonic == "ldr" and at.operands.startswith("pc, [sp]")

    def note_branch(self, at, on_data):
        if on_data:
            self.branches[at.address] = at

    def table_targets(self, at):
        """Where TBB and TBH may go: entries up to the first place that one of them leads to."""
        start, width = at.address + at.size, 1 if at.mnemonic == "tbb" else 2
        targets, address = [], start
        while address + width <= min(targets, default=1 << 32) and all(
                address + i in self.image.data for i in range(width)):
            entry = sum(self.image.bytes[address + i] << (8 * i) for i in range(width))
            target = start + 2 * entry
            if target in self.image.code:  # not a filler
                targets.append(target)
            address += width
        if not targets:
            self.refuse(at, "a jump by a table that is not found")
        return sorted(set(targets))

    def execute(self, at, registers, stack, flags):
        """Changes registers and stack; the flags' dependence on data after it."""
        name = at.mnemonic
        if name in NOTHING:
            return flags
        if name in COMPARES:
            return self.any_data(at.registers(), registers)
        if name in ("push", "stmdb", "stmia", "stm", "pop", "ldmia", "ldmdb", "ldm"):
            self.move_multiple(at, registers, stack)
        elif name in LOADS or name == "ldrd":
            self.load(at, registers, stack)
        elif name in STORES or name == "strd":
            self.store(at, registers, stack)
        elif name in ONE_RESULT or name in TWO_RESULTS:
            return self.compute(at, registers, flags)
        else:
            self.refuse(at, "an instruction that this proof does not know")
        return flags

    @staticmethod
    def any_data(names, registers):
        return any(registers[name].data for name in names if name != "pc")

    def compute(self, at, registers, flags):
        names = at.registers()
        results = names[:2] if at.mnemonic in TWO_RESULTS else names[:1]
        sources = names[len(results):]
        if at.mnemonic in TWO_RESULTS and at.mnemonic.endswith(("lal", "lald")):
            sources += results
        if at.mnemonic in ("bfi", "movt") or (len(sources) < 2 and at.mnemonic not in FRESH and
                                               at.operands.count(",") < 2):
            sources += results
        data = self.any_data(sources, registers) or (at.mnemonic in FLAG_READERS and flags)
        value = replace(self.address(at, sources, registers), data=data)
        for result in results:
            if result == "sp":
                self.set_stack_pointer(at, registers, value)
            else:
                registers[result] = value
        return data if at.sets_flags else flags

    def address(self, at, sources, registers):
        """A result's region and number, as far as they can be followed."""
        name = at.mnemonic
        immediate = re.search(r"#(-?\d+)", at.operands)
        values = [registers[source] for source in sources if source != "pc"]
        shifted = re.search(r"\b(lsl|lsr|asr|ror) ", at.operands) is not None
        if "pc" in sources or name == "adr":
            return Value(region="constants")
        if name in ("mov", "movw") and not shifted:
            if values:
                return values[0]
            return self.image.pointer(int(immediate[1])) if immediate else NUMBER
        if name == "movt" and values[-1].known is not None:
            return self.image.pointer(int(immediate[1]) << 16 | values[-1].known & 0xffff)
        if name not in ("add", "addw", "sub", "subw", "bic", "and"):
            return Value(region="stack") if any(value.region == "stack" for value in values) else NUMBER
        pointers = [value for value in values if value.region != "number"]
        if not pointers or (name in ("sub", "subw") and len(pointers) == 2 and len(values) == 2):
            return NUMBER
        if len(pointers) > 1:
            return Value(region=merge(pointers[0].region, pointers[1].region))
        pointer, exact = pointers[0], None
        if pointer.region == "stack" and pointer.known is not None and name not in ("bic", "and"):
            others = [value for value in values if value is not pointer]
            step = int(immediate[1]) if immediate and not others else \
                others[0].known if len(others) == 1 and not shifted and not immediate else None
            if step is not None:
                exact = pointer.known + (-step if name.startswith("sub") else step)
        return Value(region=pointer.region, known=exact)

    def set_stack_pointer(self, at, registers, value):
        if value.region != "stack" or value.known is None or value.data:
            self.refuse(at, "the stack pointer is moved by what is not a constant")
        registers["sp"] = value
        self.depth = max(self.depth, -value.known)

    def effective(self, at, registers):
        """(address as a Value, does the index depend on data) of a load or store; writes the base back."""
        inside, after = re.search(r"\[([^\]]*)\](.*)", at.operands).groups()
        parts = [part.strip() for part in inside.split(",")]
        base = ALIASES.get(parts[0], parts[0])
        if base == "pc":
            offset = int(parts[1].lstrip("#")) if len(parts) > 1 else 0
            return Value(region="constants", known=((at.address + 4) & ~3) + offset)
        value = registers[base]
        step, exact = 0, True
        if len(parts) > 1:
            if parts[1].startswith("#"):
                step = int(parts[1][1:])
            else:
                index = registers[ALIASES.get(parts[1], parts[1])]
                exact = False
                if value.region == "number" and index.region != "number":
                    value, index = index, value
                value = Value(value.data or index.data, value.region)
        known = value.known + step if exact and value.known is not None and value.region == "stack" else None
        address = Value(value.data, value.region, known)
        if after.startswith("!"):
            self.write_back(at, base, address, registers)
        elif match := re.search(r"#(-?\d+)", after):
            moved = value.known + int(match[1]) if value.region == "stack" and value.known is not None else None
            self.write_back(at, base, Value(value.data, value.region, moved), registers)
        elif after.strip(", "):
            self.refuse(at, "a form of address that this proof does not know")
        return address

    def write_back(self, at, base, value, registers):
        if base == "sp":
            self.set_stack_pointer(at, registers, value)
        else:
            registers[base] = value

    def load(self, at, registers, stack):
        results = at.registers(at.operands.partition("[")[0])
        address = self.effective(at, registers)
        for i, result in enumerate(results):
            if address.region == "constants":
                value = Value(data=address.data)
                if address.known is not None and at.mnemonic == "ldr":
                    word = self.image.word(address.known)
                    value = self.image.pointer(word) if word is not None else value
            elif address.region == "stack" and address.known is not None and not address.data:
                value = self.slot(address.known + 4 * i, stack)
                if at.mnemonic not in ("ldr", "ldrd") or address.known % 4 != 0:
                    value = replace(value, kept="")
            else:
                value = DATA
            if result != "pc":
                registers[result] = value

    @staticmethod
    def write_anywhere(value, stack):
        """Any word of the stack may be this now."""
        for offset in stack:
            stack[offset] = stack[offset].join(Value(value.data, value.region))

    @staticmethod
    def slot(offset, stack):
        """Arguments of the call come above; what nothing wrote may hold anything."""
        offset &= ~3
        return stack.get(offset, Value(region="elsewhere") if offset >= 0 else DATA)

    def store(self, at, registers, stack):
        sources = at.registers(at.operands.partition("[")[0])
        values = [registers[name] for name in sources]
        address = self.effective(at, registers)
        if address.region == "constants":
            self.refuse(at, "a write to constants")
        if address.data:
            self.refuse(at, "a write to where data says")
        if address.region != "stack":
            return
        if address.known is None:
            for value in values:
                self.write_anywhere(value, stack)
            return
        for i, value in enumerate(values):
            offset = (address.known + 4 * i) & ~3
            whole = STORES.get(at.mnemonic, 4) == 4
            if address.known % 4 != 0:
                value = replace(value, kept="")
            stack[offset] = value if whole else Value(data=value.data or stack.get(offset, DATA).data)

    def move_multiple(self, at, registers, stack):
        listed = at.registers(at.operands.partition("{")[2])
        base, back = "sp", True
        if at.mnemonic not in ("push", "pop"):
            head = at.operands.partition(",")[0].strip()
            base, back = ALIASES.get(head.rstrip("!"), head.rstrip("!")), head.endswith("!")
        down = at.mnemonic in ("push", "stmdb", "ldmdb")
        start = registers[base]
        known = start.known if start.region == "stack" else None
        lowest = None if known is None else known - 4 * len(listed) if down else known
        for i, name in enumerate(listed):
            inside = lowest is not None and not start.data
            if at.mnemonic in ("push", "stmdb", "stmia", "stm"):
                if start.region == "constants" or start.data:
                    self.refuse(at, "a write to constants, or to where data says")
                if inside:
                    stack[lowest + 4 * i] = registers[name]
                elif start.region == "stack":
                    self.write_anywhere(registers[name], stack)
            elif name != "pc":
                registers[name] = self.slot(lowest + 4 * i, stack) if inside else \
                    Value(data=start.data or start.region != "constants")
        if back:
            moved = None if known is None else lowest if down else known + 4 * len(listed)
            self.write_back(at, base, Value(start.data, start.region, moved), registers)

    # ---- What the branches decide ----

    def refuse_loops_on_data(self):
        for address, at in sorted(self.branches.items()):
            meeting = self.meeting_point(address)
            if self.reaches(address, address, without=meeting):
                self.refuse(at, "a loop whose end depends on data")

    def explains(self, address):
        """Whether a branch on data decides if an instruction is executed."""
        return any(address != (meeting := self.meeting_point(branch)) and
                   self.reaches(branch, address, without=meeting) for branch in self.branches)

    def reaches(self, start, goal, without):
        seen, work = set(), list(self.edges[start])
        while work:
            node = work.pop()
            if node == goal:
                return True
            if node != without and node not in seen:
                seen.add(node)
                work += self.edges.get(node, ())
        return False

    def meeting_point(self, address):
        """The first node that every way from a branch comes by: its immediate postdominator; None where some way
        never ends."""
        ahead, work = {address}, [address]
        while work:
            for node in self.edges.get(work.pop(), ()):
                if node not in ahead:
                    ahead.add(node)
                    work.append(node)
        ends = [node for node in ahead if isinstance(node, tuple)]
        common = [node for node in ahead if node != address and
                  all(node == end or not self.reaches(address, end, without=node) for end in ends)]
        # Of those, the one that is reached without the others.
        for node in common:
            if all(other == node or self.reaches(address, node, without=other) for other in common):
                return node
        return None
