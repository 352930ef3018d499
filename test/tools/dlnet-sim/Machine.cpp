// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Time is kept a block at a time. Within a block, the place is known from the
// hook before each instruction, so that a register read sees the very cycle.
#include "test/tools/dlnet-sim/Machine.h"

#include <fmt/format.h>
#include <unicorn/unicorn.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>
#include <random>
#include <sys/mman.h>

using namespace dlnet;
using namespace dlnet::sim;

namespace {
constexpr uint32_t kFlashBytes = Nvmc::kFlashBytes;
constexpr uint32_t kRamBase = 0x20000000, kRamBytes = 256u << 10;
constexpr uint32_t kPage = 4096;
constexpr uint32_t kUnreachable = 0xfffffffe; // Where no run ends.

enum FactoryInformation : uint32_t {
  kInfoPart = 0x100,
  kInfoVariant = 0x104,
  kInfoRam = 0x10c,
  kInfoFlash = 0x110
};

uint32_t load(const uint8_t *from) {
  uint32_t value;
  std::memcpy(&value, from, 4);
  return value;
}

const char *describeException(uint32_t number) {
  switch (number) { // QEMU's target/arm/cpu.h.
  case 1:
    return "undefined instruction";
  case 2:
    return "SVC: no exception handler is modelled";
  case 4:
    return "exclusive or unaligned access that the CPU refuses";
  case 7:
    return "breakpoint";
  case 8:
    return "return from an exception that never was";
  case 17:
    return "coprocessor instruction";
  case 18:
    return "jump to an address without bit 0, which is not Thumb code";
  }
  return "exception";
}
} // namespace

const char *sim::name(ResetReason reason) {
  switch (reason) {
  case ResetReason::PowerOn:
    return "power-on";
  case ResetReason::Pin:
    return "pin";
  case ResetReason::Watchdog:
    return "watchdog";
  case ResetReason::Software:
    return "software";
  }
  return "";
}

PageMemory::PageMemory(size_t bytes) : bytes(bytes) {
  void *mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    throw std::bad_alloc();
  start = static_cast<uint8_t *>(mapped);
}

PageMemory::~PageMemory() { munmap(start, bytes); }

struct Machine::Page {
  Machine *machine;
  uint32_t base;
};

/// Unicorn's C callbacks.
struct Machine::Callbacks {
  static Machine &of(void *data) { return *static_cast<Machine *>(data); }

  static void block(uc_engine *, uint64_t address, uint32_t size, void *data) {
    of(data).enterBlock(uint32_t(address), size);
  }
  static void instruction(uc_engine *, uint64_t address, uint32_t, void *data) {
    Machine &machine = of(data);
    machine.pc = uint32_t(address);
    if (!machine.flashStores.empty())
      machine.settleFlash();
  }
  static void access(uc_engine *, uc_mem_type type, uint64_t address, int size,
                     int64_t value, void *data) {
    Machine &machine = of(data);
    if (type == UC_MEM_WRITE)
      machine.checkStore(uint32_t(address), unsigned(size), uint64_t(value));
    else if (address < kFlashBytes)
      machine.extraCycles += machine.options.flashWaitStates;
    if (address % 4 != 0)
      machine.checkAlignment(uint32_t(address));
  }
  static bool invalid(uc_engine *, uc_mem_type type, uint64_t address, int size,
                      int64_t value, void *data) {
    Machine &machine = of(data);
    switch (type) {
    case UC_MEM_WRITE_PROT:
      return machine.storeToFlash(uint32_t(address), unsigned(size),
                                  uint32_t(value));
    case UC_MEM_READ_UNMAPPED:
      return machine.refuse("read", uint32_t(address), unsigned(size));
    case UC_MEM_WRITE_UNMAPPED:
      return machine.refuse("write", uint32_t(address), unsigned(size));
    default:
      machine.refuse("fetch", uint32_t(address), unsigned(size));
      return false;
    }
  }
  static void interrupt(uc_engine *, uint32_t number, void *data) {
    of(data).fault(describeException(number));
  }
  static uint64_t read(uc_engine *, uint64_t offset, unsigned size,
                       void *data) {
    auto *page = static_cast<Page *>(data);
    return page->machine->readRegister(page->base + uint32_t(offset), size);
  }
  static void write(uc_engine *, uint64_t offset, unsigned size, uint64_t value,
                    void *data) {
    auto *page = static_cast<Page *>(data);
    page->machine->writeRegister(page->base + uint32_t(offset), size,
                                 uint32_t(value));
  }
};

Machine::Machine(const Image &image, CycleModel &model, SerialLine &line,
                 const Options &options)
    : image(image), model(model), line(line), options(options),
      flashMemory(kFlashBytes), ramMemory(kRamBytes),
      code(image, model, flashMemory.data(), kFlashBytes), runProfile(image),
      bus(*this) {
  attachPeripherals(line);
}

Machine::~Machine() {
  if (cpu)
    uc_close(cpu);
}

Result<std::unique_ptr<Machine>>
Machine::create(const Image &image, CycleModel &model, SerialLine &line,
                const std::vector<uint8_t> &flash, const Options &options) {
  std::unique_ptr<Machine> machine(new Machine(image, model, line, options));
  if (Status status = machine->program(flash); !status)
    return status.failure();
  if (Status status = machine->openCpu(); !status)
    return status.failure();
  return machine;
}

/// Erases the image's pages and writes them, as flashing a board does.
Status Machine::program(const std::vector<uint8_t> &flash) {
  std::memset(flashMemory.data(), 0xff, kFlashBytes);
  if (!flash.empty() && flash.size() != kFlashBytes)
    return Failure{fmt::format("the flash image holds {} bytes, not {}",
                               flash.size(), kFlashBytes)};
  std::copy(flash.begin(), flash.end(), flashMemory.data());
  vectors = kFlashBytes;
  for (const Image::Segment &segment : image.segments()) {
    if (segment.address >= kFlashBytes ||
        segment.bytes.size() > kFlashBytes - segment.address)
      return Failure{fmt::format("the image's segment of {} bytes at 0x{:08x} "
                                 "is outside of the flash",
                                 segment.bytes.size(), segment.address)};
    uint32_t first = segment.address / kPage * kPage;
    uint32_t last = segment.address + uint32_t(segment.bytes.size());
    std::memset(flashMemory.data() + first, 0xff,
                (last + kPage - 1) / kPage * kPage - first);
    vectors = std::min(vectors, segment.address);
  }
  for (const Image::Segment &segment : image.segments())
    std::copy(segment.bytes.begin(), segment.bytes.end(),
              flashMemory.data() + segment.address);
  firstMapped = vectors / kPage * kPage;
  stackLimit = image.symbol("dln_stack_bottom").value_or(0);

  uint32_t stack = load(flashMemory.data() + vectors);
  uint32_t entry = load(flashMemory.data() + vectors + 4);
  if (stack % 8 != 0 || stack <= kRamBase || stack > kRamBase + kRamBytes ||
      entry % 2 == 0 || entry >= kFlashBytes)
    return Failure{fmt::format("no vector table at 0x{:08x}: its stack pointer "
                               "is 0x{:08x} and its reset vector 0x{:08x}",
                               vectors, stack, entry)};
  Board &board = *this;
  nvmc = std::make_unique<Nvmc>(
      board, flashMemory.data(), [this] { cutPower(); }, options.seed);
  bus.attach(Nvmc::kBase, kPage, *nvmc);
  return success();
}

void Machine::attachPeripherals(SerialLine &line) {
  Board &board = *this;
  clock = std::make_unique<Clock>(board);
  power = std::make_unique<Power>(board);
  uarte = std::make_unique<Uarte>(board, line);
  rtc = std::make_unique<Rtc>(board, *clock);
  wdt = std::make_unique<Wdt>(board);
  port0 = std::make_unique<Gpio>(board, "P0", 32);
  port1 = std::make_unique<Gpio>(board, "P1", 16);
  cycleCounter = std::make_unique<CycleCounter>(board);
  systemControl = std::make_unique<SystemControl>(board, *cycleCounter);
  factory = std::make_unique<Information>(
      board, "FICR",
      std::map<uint32_t, uint32_t>{{kInfoPart, 0x52840},
                                   {kInfoVariant, 0x41414430}, // "AAD0"
                                   {kInfoRam, kRamBytes >> 10},
                                   {kInfoFlash, kFlashBytes >> 10}},
      std::nullopt);
  user = std::make_unique<Information>(
      board, "UICR", std::map<uint32_t, uint32_t>{}, 0xffffffff); // Erased.
  bus.attach(Clock::kBase, kPage, *clock);
  bus.attach(Power::kBase, kPage, *power);
  bus.attach(Uarte::kBase, kPage, *uarte);
  bus.attach(Rtc::kBase, kPage, *rtc);
  bus.attach(Wdt::kBase, kPage, *wdt);
  bus.attach(Gpio::kBaseP0 + Gpio::kFirst, Gpio::kSize, *port0);
  bus.attach(Gpio::kBaseP1 + Gpio::kFirst, Gpio::kSize, *port1);
  bus.attach(CycleCounter::kBase, kPage, *cycleCounter);
  bus.attach(SystemControl::kBase, kPage, *systemControl);
  bus.attach(Information::kFicrBase, kPage, *factory);
  bus.attach(Information::kUicrBase, kPage, *user);
}

Status Machine::openCpu() {
  auto check = [](uc_err error) -> Status {
    if (error != UC_ERR_OK)
      return Failure{fmt::format("the emulator: {}", uc_strerror(error))};
    return success();
  };
  auto hook = [&](int type, auto *callback) {
    uc_hook handle;
    return uc_hook_add(cpu, &handle, type, reinterpret_cast<void *>(callback),
                       this, uint64_t(1), uint64_t(0));
  };
  std::vector<uc_err> errors = {
      uc_open(UC_ARCH_ARM, uc_mode(UC_MODE_THUMB | UC_MODE_MCLASS), &cpu)};
  if (errors[0] == UC_ERR_OK) {
    errors.push_back(uc_ctl_set_cpu_model(cpu, UC_CPU_ARM_CORTEX_M4));
    errors.push_back(uc_mem_map_ptr(cpu, firstMapped, kFlashBytes - firstMapped,
                                    UC_PROT_READ | UC_PROT_EXEC,
                                    flashMemory.data() + firstMapped));
    errors.push_back(uc_mem_map_ptr(cpu, kRamBase, kRamBytes,
                                    UC_PROT_READ | UC_PROT_WRITE,
                                    ramMemory.data()));
    for (uint32_t base : bus.pages()) {
      pages.push_back(std::make_unique<Page>(Page{this, base}));
      errors.push_back(uc_mmio_map(cpu, base, kPage, Callbacks::read,
                                   pages.back().get(), Callbacks::write,
                                   pages.back().get()));
    }
    errors.push_back(hook(UC_HOOK_BLOCK, Callbacks::block));
    errors.push_back(hook(UC_HOOK_CODE, Callbacks::instruction));
    errors.push_back(
        hook(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, Callbacks::access));
    errors.push_back(hook(UC_HOOK_MEM_INVALID, Callbacks::invalid));
    errors.push_back(hook(UC_HOOK_INTR, Callbacks::interrupt));
  }
  for (uc_err error : errors)
    if (Status status = check(error); !status)
      return status;
  return success();
}

Machine::End Machine::run() {
  powerUp(ResetReason::PowerOn);
  while (faultText.empty() && !limitReached) {
    runCpu();
    settle();
    if (!faultText.empty() || limitReached || line.finished())
      break;
    if (wasCut && options.stopAtCut)
      return End::PowerCut;
    if (pendingReset)
      powerUp(*pendingReset);
  }
  if (!faultText.empty())
    return End::Fault;
  return limitReached ? End::Limit : End::Finished;
}

void Machine::powerUp(ResetReason reason) {
  resetLog.push_back({reason, clockCycles, wasCut});
  pendingReset.reset();
  wasCut = halted = false;
  // Only a reset by software is sure to leave the RAM as it is.
  if (reason != ResetReason::Software) {
    std::mt19937 random(uint32_t(options.seed + resetLog.size()));
    std::generate_n(ramMemory.data(), kRamBytes, std::ref(random));
  }
  bus.reset(reason);
  nvmc->cutAt(nextCut());
  uint32_t zero = 0;
  for (int number = UC_ARM_REG_R0; number <= UC_ARM_REG_R12; ++number)
    uc_reg_write(cpu, number, &zero);
  uint32_t link = 0xffffffff, stack = load(flashMemory.data() + vectors);
  uc_reg_write(cpu, UC_ARM_REG_LR, &link);
  uc_reg_write(cpu, UC_ARM_REG_SP, &stack);
  uc_reg_write(cpu, UC_ARM_REG_FPSCR, &zero);
  runProfile.restart(stack);
  block = nullptr;
  pc = load(flashMemory.data() + vectors + 4) & ~1u;
}

void Machine::runCpu() {
  uc_err error = uc_emu_start(cpu, pc | 1, kUnreachable, 0, 0);
  if (!halted)
    explain(error);
}

/// Why the emulator stopped though nobody asked it to.
void Machine::explain(int error) {
  if (block && block->at(pc).sleeps)
    return fault("the CPU goes to sleep, and no interrupt is modelled that "
                 "would wake it");
  constexpr uint32_t thumb = 1u << 24;
  if ((cpuRegister(UC_ARM_REG_XPSR) & thumb) == 0)
    return fault(describeException(18));
  if (error == UC_ERR_INSN_INVALID)
    return fault("undefined instruction");
  fault(fmt::format("the emulator: {}", uc_strerror(uc_err(error))));
}

/// Accounts for the block in which the run ended, up to where it did.
void Machine::settle() {
  settleFlash();
  if (block) {
    size_t last = block->index(pc);
    clockCycles += block->cyclesBefore[(pc - block->address) / 2] +
                   block->code[last].cycles + extraCycles;
    instructionCount += last + 1;
    block = nullptr;
  }
  extraCycles = 0;
  runProfile.settle(clockCycles, instructionCount);
}

void Machine::settleFlash() {
  for (const auto &[address, value] : flashStores)
    std::memcpy(flashMemory.data() + address, &value, 4);
  flashStores.clear();
}

void Machine::enterBlock(uint32_t address, uint32_t size) {
  if (halted)
    return;
  const Block *next = code.block(address, size);
  const Block *previous = block;
  if (next)
    leaveBlock(*next);
  pc = address;
  if (!next)
    return; // The CPU is about to refuse it.
  if (clockCycles >= bus.due())
    advance(clockCycles);
  else if (previous && next->address <= previous->address)
    lookForIdleLoop(*next);
  if (instructionCount >= options.maxInstructions ||
      clockCycles >= options.maxCycles) {
    limitReached = true;
    halt();
  }
  if (halted)
    return;
  block = next;
  if (block->usesFpu && !systemControl->fpuEnabled())
    return fault("floating-point instruction, and CPACR does not enable the "
                 "FPU");
  if (readStackPointer || block->lowestStack < 0)
    followStack(*block);
  readStackPointer = block->setsStackPointer;
  // Registers that registers() does not give may change.
  if (block->usesFpu || block->setsStackPointer)
    idleLoop.disturb();
}

void Machine::leaveBlock(const Block &to) {
  Cycles took = 0;
  if (block) {
    const Instruction &last = block->code.back();
    int32_t between = block->end() == to.address
                          ? model.pairCycles(last, to.code.front())
                          : int32_t(last.refill);
    took = block->cycles + extraCycles + Cycles(between);
    instructionCount += block->code.size();
  }
  clockCycles += took;
  extraCycles = 0;
  if (!nvmc->cacheEnabled())
    uncachedCycles += took;
  runProfile.step(block, to, clockCycles, instructionCount);
  block = nullptr;
}

void Machine::advance(Cycles now) {
  idleLoop.disturb();
  bus.advance(now);
  if (line.finished())
    halt();
}

void Machine::lookForIdleLoop(const Block &to) {
  if (!options.skipIdleLoops)
    return;
  switch (idleLoop.arrive(to.address)) {
  case 0:
    return;
  case 1:
    iteration = {clockCycles, instructionCount, uncachedCycles,
                 runProfile.mark()};
    return;
  default:
    skipIdleLoop();
    idleLoop.restart();
  }
}

/// Lets pass all iterations but one that end before anything happens.
void Machine::skipIdleLoop() {
  Cycles cycles = clockCycles - iteration.cycles;
  uint64_t instructions = instructionCount - iteration.instructions;
  Cycles end = std::min({bus.due(), idleLoop.horizonTime(), options.maxCycles});
  if (end <= clockCycles)
    return;
  uint64_t times =
      std::min((end - clockCycles) / cycles,
               (options.maxInstructions - instructionCount) / instructions);
  if (times < 2 ||
      !runProfile.repeat(iteration.profile, times - 1, (times - 1) * cycles,
                         (times - 1) * instructions))
    return;
  clockCycles += (times - 1) * cycles;
  instructionCount += (times - 1) * instructions;
  skippedCount += (times - 1) * instructions;
  uncachedCycles += (times - 1) * (uncachedCycles - iteration.uncachedCycles);
}

IdleLoop::Registers Machine::registers() const {
  IdleLoop::Registers values;
  for (int i = 0; i <= 12; ++i)
    values[i] = cpuRegister(UC_ARM_REG_R0 + i);
  values[13] = cpuRegister(UC_ARM_REG_SP);
  values[14] = cpuRegister(UC_ARM_REG_LR);
  values[15] = cpuRegister(UC_ARM_REG_XPSR);
  return values;
}

uint32_t Machine::ramWord(uint32_t address) const {
  return load(ramMemory.data() + (address - kRamBase));
}

void Machine::checkStore(uint32_t address, unsigned size, uint64_t value) {
  const uint8_t *there = ram(address, size);
  if (!there || std::memcmp(there, &value, size) == 0)
    return;
  for (uint32_t word = address & ~3u; word < address + size; word += 4)
    idleLoop.changesWord(word, ramWord(word));
}

uint32_t Machine::readRegister(uint32_t address, unsigned size) {
  if (halted)
    return 0;
  if (now() >= bus.due())
    idleLoop.disturb();
  uint32_t value = bus.read(address, size);
  idleLoop.holdsUntil(bus.holdsUntil());
  return value;
}

void Machine::writeRegister(uint32_t address, unsigned size, uint32_t value) {
  if (halted)
    return;
  bool happens = now() >= bus.due();
  bus.write(address, size, value);
  if (happens || !bus.wasHeartbeat())
    idleLoop.disturb();
}

void Machine::followStack(const Block &next) {
  uint32_t lowest = cpuRegister(UC_ARM_REG_SP) + uint32_t(next.lowestStack);
  runProfile.sawStack(lowest, next.function);
  if (lowest < stackLimit)
    fault(fmt::format("stack overflow: 0x{:08x} is below dln_stack_bottom",
                      lowest));
}

bool Machine::refuse(const char *verb, uint32_t address, unsigned size) {
  std::string why = "nothing is there";
  if (address < firstMapped)
    why = "it belongs to the bootloader, or is a null pointer's";
  else if (address - kRamBase < kRamBytes)
    why = "code in RAM is not modelled";
  else if (address >> 29 == 2 || address >> 29 == 7)
    why = "no peripheral that is modelled";
  fault(fmt::format("{}-byte {} at 0x{:08x}: {}", size, verb, address, why));
  return false;
}

bool Machine::storeToFlash(uint32_t address, unsigned size, uint32_t value) {
  if (halted)
    return false;
  idleLoop.disturb();
  flashStores.emplace_back(address & ~3u, nvmc->program(address, size, value));
  return true;
}

void Machine::checkAlignment(uint32_t address) {
  if (halted || !block)
    return;
  const Instruction &now = block->at(pc);
  if (now.kind == Kind::Double || now.kind == Kind::Multiple || now.usesFpu)
    fault(fmt::format("unaligned access to 0x{:08x} by an instruction that "
                      "does not allow it",
                      address));
}

void Machine::halt() {
  halted = true;
  uc_emu_stop(cpu);
}

uint32_t Machine::cpuRegister(int number) const {
  uint32_t value = 0;
  uc_reg_read(cpu, number, &value);
  return value;
}

Cycles Machine::now() const {
  Cycles within = block ? block->cyclesBefore[(pc - block->address) / 2] : 0;
  return clockCycles + within + extraCycles;
}

void Machine::fault(const std::string &what) {
  if (!faultText.empty())
    return;
  faultText = fmt::format("{}; pc {}, {:.6f} s after power-on", what,
                          image.describe(pc), double(now()) / kCyclesPerSecond);
  halt();
}

void Machine::reset(ResetReason reason) {
  if (!pendingReset)
    pendingReset = reason;
  halt();
}

void Machine::cutPower() {
  wasCut = true;
  pendingReset = ResetReason::PowerOn;
  halt();
}

void Machine::cutPowerIn(uint64_t count) {
  options.powerCuts.insert(nvmc->operations() + count);
  nvmc->cutAt(nextCut());
}

uint64_t Machine::nextCut() const {
  auto next = options.powerCuts.upper_bound(nvmc->operations());
  return next == options.powerCuts.end() ? 0 : *next;
}

uint8_t *Machine::ram(uint32_t address, uint32_t size) {
  if (address < kRamBase || address - kRamBase > kRamBytes ||
      size > kRamBytes - (address - kRamBase))
    return nullptr;
  return ramMemory.data() + (address - kRamBase);
}

bool Machine::hasRun(uint32_t address, uint32_t size) const {
  return code.contains(address, size);
}

std::vector<uint8_t> Machine::flashContent() {
  return {flashMemory.data(), flashMemory.data() + kFlashBytes};
}
