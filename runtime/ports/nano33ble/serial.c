/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * UARTE0 without interrupts. Bytes come in by DMA, into two buffers in turn,
 * also while the CPU computes or stands still in an erase of the flash. How far
 * the DMA is, the chip tells only at the end of a buffer. So buffers are filled
 * with a mark that no text has, and what is no longer the mark has arrived.
 *
 *   DMA:     buffer 0 --full--> buffer 1 --full--> buffer 0 --> ...
 *   reader:      buffer 0 read, marked, handed back --> buffer 1 ...
 *
 * Nothing is lost as long as the reader does not stay away for a whole buffer,
 * 1152 bytes or 100 ms at 115200 baud. The longest that the monitor stays away:
 * a page erase and a snapshot of 61 words (85 ms and 2.5 ms, the chip's
 * maxima), and a forecast.
 */
#include "serial.h"

#include "nrf52840.h"
#include "runtime/device.h"

#include <stdbool.h>

#define TX_PIN 3u  /* P1.03 */
#define RX_PIN 10u /* P1.10 */
#define BUFFER_BYTES 1152u
#define MARK 0xffu
#define MARKED_WORD 0xffffffffu

typedef union { /* the DMA writes it */
  volatile uint32_t words[BUFFER_BYTES / 4u];
  volatile uint8_t bytes[BUFFER_BYTES];
} receive_buffer;

static receive_buffer buffers[2];
static uint32_t active; /* the buffer that is read */
static uint32_t at;     /* the next byte of it */

static uint8_t sending[DEVICE_SEND_MAX];
static bool sent_before;

static void mark(receive_buffer *buffer) {
  for (uint32_t i = 0; i < BUFFER_BYTES / 4u; ++i)
    buffer->words[i] = MARKED_WORD;
  __asm__ volatile("" ::: "memory");
}

static void start_reception(void) {
  mark(&buffers[0]);
  mark(&buffers[1]);
  active = 0;
  at = 0;
  UARTE0_EVENT_ENDRX = 0u;
  UARTE0_EVENT_RXSTARTED = 0u;
  UARTE0_RXD_PTR = (uint32_t)&buffers[0];
  UARTE0_RXD_MAXCNT = BUFFER_BYTES;
  UARTE0_SHORTS = UARTE0_SHORTS_ENDRX_STARTRX;
  UARTE0_STARTRX = 1u;
  while (UARTE0_EVENT_RXSTARTED == 0u) {
  }
  UARTE0_RXD_PTR = (uint32_t)&buffers[1]; /* taken when the first is full */
}

/* What waits in the UARTE's FIFO goes, too: so all bytes that are lost come
 * before the next one, and not some of them after the end of a line. */
static void restart_reception(void) {
  UARTE0_SHORTS = 0u;
  UARTE0_EVENT_RXTO = 0u;
  UARTE0_STOPRX = 1u;
  while (UARTE0_EVENT_RXTO == 0u) {
  }
  UARTE0_EVENT_ENDRX = 0u;
  UARTE0_FLUSHRX = 1u;
  while (UARTE0_EVENT_ENDRX == 0u) {
  }
  start_reception();
}

void serial_start(void) {
  UARTE0_ENABLE = UARTE0_ENABLE_DISABLED; /* the bootloader may have used it */
  P1_OUTSET = 1u << TX_PIN;               /* the line rests high */
  P1_PIN_CNF(TX_PIN) = PIN_CNF_OUTPUT;
  P1_PIN_CNF(RX_PIN) = PIN_CNF_INPUT_PULLUP;
  UARTE0_PSEL_TXD = PSEL_P1(TX_PIN);
  UARTE0_PSEL_RXD = PSEL_P1(RX_PIN);
  UARTE0_BAUDRATE = UARTE0_BAUDRATE_115200;
  UARTE0_CONFIG = UARTE0_CONFIG_PLAIN;
  UARTE0_ENABLE = UARTE0_ENABLE_ENABLED;
  start_reception();
}

/* A byte that equals the mark has arrived when one after it has, or the buffer
 * is full. Looking through all that follow takes less time than a byte does. */
static bool has_arrived(void) {
  const receive_buffer *const buffer = &buffers[active];
  if (buffer->bytes[at] != MARK || UARTE0_EVENT_ENDRX != 0u)
    return true;
  uint32_t word = at / 4u;
  const uint32_t before = MARKED_WORD >> 8u * (3u - at % 4u);
  if ((buffer->words[word] | before) != MARKED_WORD)
    return true;
  while (++word < BUFFER_BYTES / 4u)
    if (buffer->words[word] != MARKED_WORD)
      return true;
  return false;
}

/* Hands the buffer that was read back to the DMA, which is in the other. False:
 * it filled that, too, in the meantime, and came around to its start. */
static bool turn(void) {
  receive_buffer *const read = &buffers[active];
  mark(read);
  UARTE0_EVENT_ENDRX = 0u;
  UARTE0_RXD_PTR = (uint32_t)read;
  active ^= 1u;
  at = 0;
  return buffers[active].bytes[BUFFER_BYTES - 1u] == MARK;
}

int32_t device_receive(void) {
  if (UARTE0_EVENT_ERROR != 0u) {
    UARTE0_EVENT_ERROR = 0u;
    UARTE0_ERRORSRC = UARTE0_ERRORSRC;
    return DEVICE_LOST;
  }
  if (at == BUFFER_BYTES) {
    if (UARTE0_EVENT_ENDRX == 0u)
      return DEVICE_NO_BYTE;
    if (!turn()) {
      restart_reception();
      return DEVICE_LOST;
    }
  }
  return has_arrived() ? buffers[active].bytes[at++] : DEVICE_NO_BYTE;
}

void device_send(const char *text, uint32_t size) {
  while (sent_before && UARTE0_EVENT_ENDTX == 0u) {
  }
  for (uint32_t i = 0; i < size; ++i)
    sending[i] = (uint8_t)text[i];
  __asm__ volatile("" ::: "memory");
  UARTE0_EVENT_ENDTX = 0u;
  UARTE0_TXD_PTR = (uint32_t)sending;
  UARTE0_TXD_MAXCNT = size;
  UARTE0_STARTTX = 1u;
  sent_before = true;
}
