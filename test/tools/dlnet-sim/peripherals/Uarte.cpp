// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// nRF52840 Product Specification, chapter UARTE. Hardware flow control is not
// modelled; the sender begins when the device first listens after a reset.
#include "test/tools/dlnet-sim/peripherals/Uarte.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

using namespace dlnet::sim;

namespace {
enum Register : uint32_t {
  kStartRx = 0x000,
  kStopRx = 0x004,
  kStartTx = 0x008,
  kStopTx = 0x00c,
  kFlushRx = 0x02c,
  kEvents = 0x100,
  kShorts = 0x200,
  kInten = 0x300,
  kIntenSet = 0x304,
  kIntenClear = 0x308,
  kErrorSrc = 0x480,
  kEnable = 0x500,
  kPinSelect = 0x508,
  kBaudRate = 0x524,
  kRxPointer = 0x534,
  kRxMaxCount = 0x538,
  kRxAmount = 0x53c,
  kTxPointer = 0x544,
  kTxMaxCount = 0x548,
  kTxAmount = 0x54c,
  kConfig = 0x56c,
};
enum Event : uint32_t {
  kRxReady = 2,
  kEndRx = 4,
  kTxReady = 7,
  kEndTx = 8,
  kError = 9,
  kRxTimeout = 17,
  kRxStarted = 19,
  kTxStarted = 20,
  kTxStopped = 22,
};
constexpr uint32_t kAllEvents =
    1u << 0 | 1u << 1 | 1u << kRxReady | 1u << kEndRx | 1u << kTxReady |
    1u << kEndTx | 1u << kError | 1u << kRxTimeout | 1u << kRxStarted |
    1u << kTxStarted | 1u << kTxStopped;
constexpr uint32_t kEndRxStartRx = 1u << 5, kEndRxStopRx = 1u << 6;
constexpr uint32_t kOverrun = 1u << 0;
constexpr uint32_t kHardwareFlow = 1u << 0, kParity = 7u << 1,
                   kTwoStopBits = 1u << 4;
constexpr size_t kFifoBytes = 6;
constexpr unsigned kTimeoutBytes = 4; // That may come after STOPRX.

/// BAUDRATE -> baud as the specification's table gives it, "actual".
const std::map<uint32_t, uint32_t> &baudRates() {
  static const std::map<uint32_t, uint32_t> rates = {
      {0x0004f000, 1205},   {0x0009d000, 2396},   {0x0013b000, 4808},
      {0x00275000, 9598},   {0x003af000, 14401},  {0x004ea000, 19208},
      {0x0075c000, 28777},  {0x00800000, 31250},  {0x009d0000, 38369},
      {0x00e50000, 55944},  {0x00eb0000, 57554},  {0x013a9000, 76923},
      {0x01d60000, 115108}, {0x03b00000, 231884}, {0x04000000, 250000},
      {0x07400000, 457143}, {0x0f000000, 941176}, {0x10000000, 1000000}};
  return rates;
}
} // namespace

void Uarte::Channel::begin() {
  active = true;
  address = pointer;
  size = maxCount;
  done = 0;
}

Cycles Uarte::bitTime() const {
  return kCyclesPerSecond / baudRates().at(baudRate);
}

Cycles Uarte::byteTime() const {
  return bitTime() *
         (10 + (config & kParity ? 1 : 0) + (config & kTwoStopBits ? 1 : 0));
}

std::optional<uint32_t> Uarte::read(uint32_t offset) {
  if (offset >= kEvents && offset < kEvents + 4 * 32)
    if (uint32_t event = (offset - kEvents) / 4; kAllEvents >> event & 1)
      return events >> event & 1;
  if (offset >= kPinSelect && offset < kPinSelect + 16)
    return pins[(offset - kPinSelect) / 4];
  switch (offset) {
  case kShorts:
    return shorts;
  case kInten:
  case kIntenSet:
  case kIntenClear:
    return interrupts;
  case kErrorSrc:
    return errors;
  case kEnable:
    return enable;
  case kBaudRate:
    return baudRate;
  case kRxPointer:
    return rx.pointer;
  case kRxMaxCount:
    return rx.maxCount;
  case kRxAmount:
    return rx.amount;
  case kTxPointer:
    return tx.pointer;
  case kTxMaxCount:
    return tx.maxCount;
  case kTxAmount:
    return tx.amount;
  case kConfig:
    return config;
  }
  return std::nullopt;
}

bool Uarte::write(uint32_t offset, uint32_t value) {
  if (offset >= kEvents && offset < kEvents + 4 * 32) {
    uint32_t event = (offset - kEvents) / 4;
    if (value == 0)
      events &= ~(1u << event);
    return value == 0 && (kAllEvents >> event & 1);
  }
  if (offset >= kPinSelect && offset < kPinSelect + 16) {
    PlainRegister &pin = pins[(offset - kPinSelect) / 4];
    // Unconnected is commonly written as all ones.
    return !enabled() &&
           (value == ~0u ? pin.write(0x8000003f) : pin.write(value));
  }
  switch (offset) {
  case kStartRx:
  case kStopRx:
  case kStartTx:
  case kStopTx:
  case kFlushRx:
    return (value & 1) == 0 || task(offset);
  case kShorts:
    return shorts.write(value);
  case kInten:
    return value == 0;
  case kIntenClear:
    return true;
  case kErrorSrc: // A one clears.
    errors &= ~value;
    return true;
  case kEnable:
    return (value == 0 || value == 8) && enable.write(value);
  case kBaudRate:
    return baudRates().count(value) && baudRate.write(value);
  case kRxPointer:
    return rx.pointer.write(value);
  case kRxMaxCount:
    return rx.maxCount.write(value);
  case kTxPointer:
    return tx.pointer.write(value);
  case kTxMaxCount:
    return tx.maxCount.write(value);
  case kConfig:
    return !(value & kHardwareFlow) && config.write(value);
  }
  return false;
}

bool Uarte::task(uint32_t offset) {
  if (!enabled()) {
    board.fault("a task of UARTE0, which is not enabled");
    return true;
  }
  switch (offset) {
  case kStartRx:
    return startReception();
  case kStopRx:
    stopReception();
    return true;
  case kFlushRx:
    flushReception();
    return true;
  case kStartTx:
    return startTransmission();
  default: // kStopTx
    stopTransmission = outgoing.has_value();
    if (!outgoing)
      events |= 1u << kTxStopped;
    return true;
  }
}

void Uarte::advance(Cycles now) {
  if (now < due())
    return;
  line.advance(now);
  for (;;) {
    Cycles next = std::min({incomingEnds, outgoingEnds, receiverStops});
    if (next > now)
      break;
    if (next == incomingEnds) {
      stepReception();
    } else if (next == outgoingEnds) {
      stepTransmission();
    } else {
      receiverStops = kNever;
      receiving = false;
      events |= 1u << kRxTimeout;
    }
  }
  listen(now);
}

Cycles Uarte::due() const {
  return std::min({incomingEnds, outgoingEnds, receiverStops, line.due()});
}

void Uarte::reset(ResetReason reason) {
  for (PlainRegister *plain :
       {&enable, &baudRate, &config, &shorts, &interrupts, &rx.pointer,
        &rx.maxCount, &tx.pointer, &tx.maxCount, pins, pins + 1, pins + 2,
        pins + 3})
    plain->reset();
  events = errors = 0;
  everListened = receiving = stopTransmission = false;
  rx = tx = Channel();
  fifo.clear();
  incoming.reset();
  outgoing.reset();
  receiverStops = incomingEnds = outgoingEnds = kNever;
  line.restarted(reason, board.now());
}

bool Uarte::startReception() {
  if (rx.active) {
    board.fault("UARTE0 STARTRX while a reception is under way");
    return true;
  }
  rx.begin();
  if (!board.ram(rx.address, rx.size)) {
    board.fault(fmt::format("UARTE0 receives {} bytes to 0x{:08x}: EasyDMA "
                            "reaches RAM only",
                            rx.size, rx.address));
    return true;
  }
  receiving = everListened = true;
  receiverStops = kNever;
  events |= 1u << kRxStarted;
  while (rx.active && !fifo.empty()) {
    uint8_t byte = fifo.front();
    fifo.pop_front();
    store(byte);
  }
  listen(board.now());
  return true;
}

void Uarte::stopReception() {
  if (!receiving)
    return;
  finishTransfer(); // No short follows it.
  receiverStops = board.now() + kTimeoutBytes * byteTime();
}

void Uarte::flushReception() {
  if (rx.active)
    return board.fault("UARTE0 FLUSHRX while a reception is under way");
  rx.begin();
  if (!board.ram(rx.address, rx.size))
    return board.fault("UARTE0 FLUSHRX: EasyDMA reaches RAM only");
  while (rx.active && !fifo.empty()) {
    uint8_t byte = fifo.front();
    fifo.pop_front();
    store(byte);
  }
  finishTransfer();
}

bool Uarte::startTransmission() {
  if (tx.active) {
    board.fault("UARTE0 STARTTX while a transmission is under way");
    return true;
  }
  tx.begin();
  if (!board.ram(tx.address, tx.size)) {
    board.fault(fmt::format("UARTE0 sends {} bytes from 0x{:08x}: EasyDMA "
                            "reaches RAM only",
                            tx.size, tx.address));
    return true;
  }
  events |= 1u << kTxStarted;
  outgoingEnds = board.now();
  stepTransmission();
  return true;
}

void Uarte::stepTransmission() {
  Cycles now = outgoingEnds;
  if (outgoing) {
    line.receive(*outgoing, now);
    ++bytes.sent;
    ++tx.done;
    outgoing.reset();
    events |= 1u << kTxReady;
  }
  if (tx.done == tx.size || stopTransmission)
    return endTransmission();
  outgoing = *board.ram(tx.address + tx.done, 1);
  outgoingEnds = now + byteTime();
}

void Uarte::endTransmission() {
  tx.active = false;
  tx.amount = tx.done;
  events |= 1u << kEndTx;
  if (stopTransmission)
    events |= 1u << kTxStopped;
  stopTransmission = false;
  outgoingEnds = kNever;
}

void Uarte::listen(Cycles now) {
  if (incoming || !everListened)
    return;
  incoming = line.next(now);
  if (incoming)
    incomingEnds = std::max(now, wireFree) + byteTime();
}

void Uarte::stepReception() {
  Cycles now = incomingEnds;
  uint8_t byte = *incoming;
  incoming.reset();
  incomingEnds = kNever;
  wireFree = now;
  take(byte);
  listen(now);
}

void Uarte::take(uint8_t byte) {
  if (!receiving) {
    ++bytes.unheard;
    return;
  }
  if (rx.active) {
    store(byte);
  } else if (fifo.size() < kFifoBytes) {
    fifo.push_back(byte);
  } else {
    ++bytes.overrun;
    errors |= kOverrun;
    events |= 1u << kError;
    return;
  }
  events |= 1u << kRxReady;
}

void Uarte::store(uint8_t byte) {
  if (rx.size > 0) {
    *board.ram(rx.address + rx.done, 1) = byte;
    ++rx.done;
    ++bytes.received;
  }
  if (rx.done == rx.size)
    endReception();
}

void Uarte::finishTransfer() {
  if (!rx.active)
    return;
  rx.active = false;
  rx.amount = rx.done;
  events |= 1u << kEndRx;
}

void Uarte::endReception() {
  finishTransfer();
  if (shorts & kEndRxStartRx)
    startReception();
  else if (shorts & kEndRxStopRx)
    receiverStops = board.now() + kTimeoutBytes * byteTime();
}
