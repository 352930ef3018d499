// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The board: memory, peripherals, and Unicorn for the CPU between them. What
// Unicorn does not have, or forgives, is done here: time, resets, flash, and a
// stop at the first thing that a chip would not do.
#ifndef DLNET_SIM_MACHINE_H
#define DLNET_SIM_MACHINE_H

#include "test/tools/dlnet-sim/Bus.h"
#include "test/tools/dlnet-sim/Code.h"
#include "test/tools/dlnet-sim/IdleLoop.h"
#include "test/tools/dlnet-sim/Profile.h"
#include "test/tools/dlnet-sim/peripherals/Clock.h"
#include "test/tools/dlnet-sim/peripherals/CycleCounter.h"
#include "test/tools/dlnet-sim/peripherals/Gpio.h"
#include "test/tools/dlnet-sim/peripherals/Information.h"
#include "test/tools/dlnet-sim/peripherals/Nvmc.h"
#include "test/tools/dlnet-sim/peripherals/Power.h"
#include "test/tools/dlnet-sim/peripherals/Rtc.h"
#include "test/tools/dlnet-sim/peripherals/SystemControl.h"
#include "test/tools/dlnet-sim/peripherals/Uarte.h"
#include "test/tools/dlnet-sim/peripherals/Wdt.h"

#include <set>

struct uc_struct;

namespace dlnet::sim {

/// A mapping that begins at a page, as the emulator wants it.
class PageMemory {
public:
  explicit PageMemory(size_t bytes);
  ~PageMemory();
  PageMemory(const PageMemory &) = delete;
  PageMemory &operator=(const PageMemory &) = delete;
  uint8_t *data() { return start; }
  const uint8_t *data() const { return start; }
  size_t size() const { return bytes; }

private:
  uint8_t *start;
  size_t bytes;
};

class Machine : private Board, private IdleLoop::State {
public:
  struct Options {
    unsigned flashWaitStates = 0; ///< Added to each read of data from flash.
    uint64_t maxInstructions = ~0ull;
    Cycles maxCycles = kNever;
    std::set<uint64_t> powerCuts; ///< Numbers of writes and erases.
    bool stopAtCut = false;       ///< A power cut ends the run.
    bool skipIdleLoops = true;    ///< Changes nothing but the host's time.
    uint64_t seed = 1;            ///< Of what a cut tears and RAM holds.
  };

  struct Reset {
    ResetReason reason;
    Cycles time;
    bool powerCut; ///< The power-on is the end of a cut.
  };

  enum class End { Finished, Limit, PowerCut, Fault };

  /// All but `options` outlive this. `flash`: the content before the image is
  /// programmed; kFlashBytes, or empty for an erased one.
  static Result<std::unique_ptr<Machine>>
  create(const Image &image, CycleModel &model, SerialLine &line,
         const std::vector<uint8_t> &flash, const Options &options);
  ~Machine() override;

  /// Runs from power-on until the line has finished, a limit, or a fault.
  End run();

  /// What went wrong and where, after End::Fault.
  const std::string &problem() const { return faultText; }

  uint64_t instructions() const { return instructionCount; }
  /// Of those, what was counted but not run; see skipIdleLoops.
  uint64_t skippedInstructions() const { return skippedCount; }
  Cycles cycles() const { return clockCycles; }
  const Profile &profile() const { return runProfile; }
  const std::vector<Reset> &resets() const { return resetLog; }
  const Nvmc &flashController() const { return *nvmc; }
  const Uarte &serialPort() const { return *uarte; }
  uint32_t vectorTable() const { return systemControl->vectorTable(); }
  /// Cycles during which code was not fetched through the cache.
  Cycles cyclesWithoutCache() const { return uncachedCycles; }
  std::vector<uint8_t> flashContent();

  /// What someone beside the board can do.
  void pressReset() { reset(ResetReason::Pin); }
  void cutPower();
  /// Cuts power in the midst of the `count`-th write or erase from now on.
  void cutPowerIn(uint64_t count);

private:
  struct Callbacks;

  Machine(const Image &image, CycleModel &model, SerialLine &line,
          const Options &options);
  Status program(const std::vector<uint8_t> &flash);
  Status openCpu();
  void attachPeripherals(SerialLine &line);
  void powerUp(ResetReason reason);
  bool startCpu();
  void runCpu();
  void settle();
  void explain(int error);
  void settleFlash();
  uint64_t nextCut() const;

  void enterBlock(uint32_t address, uint32_t size);
  void leaveBlock(const Block &to);
  void advance(Cycles now);
  void lookForIdleLoop(const Block &to);
  void skipIdleLoop();
  uint32_t readRegister(uint32_t address, unsigned size);
  void writeRegister(uint32_t address, unsigned size, uint32_t value);
  void checkStore(uint32_t address, unsigned size, uint64_t value);
  void followStack(const Block &block);
  bool refuse(const char *verb, uint32_t address, unsigned size);
  bool storeToFlash(uint32_t address, unsigned size, uint32_t value);
  void checkAlignment(uint32_t address);
  void halt();
  uint32_t cpuRegister(int number) const;

  Cycles now() const override;
  void stall(Cycles cycles) override { extraCycles += cycles; }
  void fault(const std::string &what) override;
  void reset(ResetReason reason) override;
  uint8_t *ram(uint32_t address, uint32_t size) override;
  bool hasRun(uint32_t address, uint32_t size) const override;

  IdleLoop::Registers registers() const override;
  uint32_t ramWord(uint32_t address) const override;

  const Image &image;
  CycleModel &model;
  SerialLine &line;
  Options options;
  PageMemory flashMemory, ramMemory;
  Code code;
  Profile runProfile;
  Bus bus;
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Power> power;
  std::unique_ptr<Uarte> uarte;
  std::unique_ptr<Rtc> rtc;
  std::unique_ptr<Wdt> wdt;
  std::unique_ptr<Nvmc> nvmc;
  std::unique_ptr<Gpio> port0, port1;
  std::unique_ptr<CycleCounter> cycleCounter;
  std::unique_ptr<SystemControl> systemControl;
  std::unique_ptr<Information> factory, user;
  struct Page; // A page of peripherals, for the emulator's callbacks.
  std::vector<std::unique_ptr<Page>> pages;
  uc_struct *cpu = nullptr;

  uint32_t vectors = 0;     // Where the CPU starts, as from the bootloader.
  uint32_t firstMapped = 0; // Flash below it belongs to the bootloader.
  uint32_t stackLimit = 0;
  const Block *block = nullptr; // That is being run.
  uint32_t pc = 0;              // Of the instruction that is being run.
  Cycles clockCycles = 0;       // When the block began.
  Cycles extraCycles = 0;       // Stalls and wait states in it so far.
  uint64_t instructionCount = 0, skippedCount = 0;
  Cycles uncachedCycles = 0;
  bool readStackPointer = false;
  IdleLoop idleLoop{*this};
  struct {
    Cycles cycles;
    uint64_t instructions;
    Cycles uncachedCycles;
    Profile::Mark profile;
  } iteration; // Where one of it began.
  /// The emulator stores the raw value after its callback; these correct it.
  std::vector<std::pair<uint32_t, uint32_t>> flashStores;

  bool halted = false;
  bool limitReached = false;
  bool wasCut = false;
  std::optional<ResetReason> pendingReset;
  std::string faultText;
  std::vector<Reset> resetLog;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_MACHINE_H
