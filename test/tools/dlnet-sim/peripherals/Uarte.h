// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// UARTE0: a serial port that moves its bytes by EasyDMA. Each byte takes its
// time on the wire, and is lost if nothing takes it.
//
//   line -> wire -> [FIFO, 6 bytes] -> DMA -> RAM      RAM -> DMA -> wire ->
//   line
#ifndef DLNET_SIM_PERIPHERALS_UARTE_H
#define DLNET_SIM_PERIPHERALS_UARTE_H

#include "test/tools/dlnet-sim/Peripheral.h"
#include "test/tools/dlnet-sim/SerialLine.h"

#include <deque>

namespace dlnet::sim {

class Uarte : public Peripheral {
public:
  static constexpr uint32_t kBase = 0x40002000;

  struct Counts {
    uint64_t received = 0; ///< Bytes that reached the RAM.
    uint64_t sent = 0;
    uint64_t overrun = 0; ///< Bytes lost because the FIFO was full.
    uint64_t unheard = 0; ///< Bytes lost because the receiver was off.
  };

  Uarte(Board &board, SerialLine &line) : Peripheral(board), line(line) {}
  const char *name() const override { return "UARTE0"; }
  std::optional<uint32_t> read(uint32_t offset) override;
  bool write(uint32_t offset, uint32_t value) override;
  void advance(Cycles now) override;
  Cycles due() const override;
  void reset(ResetReason reason) override;

  const Counts &counts() const { return bytes; }

private:
  /// One direction's EasyDMA channel.
  struct Channel {
    PlainRegister pointer{0xffffffff};
    PlainRegister maxCount{0xffff};
    uint32_t amount = 0; // Of the last transfer.
    bool active = false;
    uint32_t address = 0, size = 0, done = 0; // Of the present one.
    /// Takes pointer and size for a transfer.
    void begin();
  };

  Cycles bitTime() const;
  Cycles byteTime() const;
  bool enabled() const { return enable == 8; }
  bool task(uint32_t offset);
  bool startReception();
  void stopReception();
  void flushReception();
  bool startTransmission();
  void stepReception();
  void stepTransmission();
  void take(uint8_t byte);
  void store(uint8_t byte);
  void finishTransfer();
  void endReception();
  void listen(Cycles now);
  void endTransmission();

  SerialLine &line;
  Counts bytes;

  PlainRegister enable{0xf};
  PlainRegister baudRate{0xffffffff, 0x04000000};
  PlainRegister config{0x1f};
  PlainRegister shorts{0x60};
  PlainRegister interrupts{0x17a197};
  PlainRegister pins[4] = {
      PlainRegister(0x8000003f, ~0u), PlainRegister(0x8000003f, ~0u),
      PlainRegister(0x8000003f, ~0u), PlainRegister(0x8000003f, ~0u)};
  uint32_t events = 0; // A bit each, by the event's number.
  uint32_t errors = 0;
  bool everListened = false; // Since the reset.
  bool receiving = false;
  Cycles receiverStops = kNever; // After STOPRX.
  Channel rx, tx;
  std::deque<uint8_t> fifo;
  std::optional<uint8_t> incoming; // On the wire.
  Cycles incomingEnds = kNever;
  Cycles wireFree = 0;
  std::optional<uint8_t> outgoing;
  Cycles outgoingEnds = kNever;
  bool stopTransmission = false;
};

} // namespace dlnet::sim

#endif // DLNET_SIM_PERIPHERALS_UARTE_H
