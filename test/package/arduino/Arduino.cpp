/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "Arduino.h"

#include "runtime/board.h"

static unsigned long now = 0;
static bool started = false;
static int32_t file = -1;
static int next = -1; /* The byte that read() gives. */

static void fetch() {
  unsigned char byte;
  next = file >= 0 && board_read(file, &byte, 1) == 1 ? byte : -1;
}

void pinMode(uint8_t, uint8_t) {}

void digitalWrite(uint8_t pin, uint8_t value) {
  if (pin == LED_BUILTIN)
    board_print(value ? "[LED 1]\n" : "[LED 0]\n");
}

unsigned long micros(void) { return now += 10; }
unsigned long millis(void) { return micros() / 1000; }
void delay(unsigned long milliseconds) { now += 1000 * milliseconds; }

void SerialPort::begin(unsigned long) {
  started = true;
  file = board_open("serial.txt", BOARD_READ);
  fetch();
}

int SerialPort::available() { return next >= 0; }

int SerialPort::read() {
  const int byte = next;
  fetch();
  return byte;
}

void SerialPort::print(const char *text) {
  if (started) /* Nothing comes out of a port that is not open. */
    board_print(text);
}

void SerialPort::print(unsigned long value) {
  char text[21];
  char *at = text + sizeof text - 1;
  *at = '\0';
  do {
    *--at = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  print(at);
}

void SerialPort::print(long value) {
  if (value < 0)
    print("-");
  print(value < 0 ? 0ul - (unsigned long)value : (unsigned long)value);
}

void SerialPort::print(double value, int decimals) {
  unsigned long scale = 1;
  for (int i = 0; i < decimals; ++i)
    scale *= 10;
  if (value < 0)
    print("-");
  const unsigned long scaled =
      (unsigned long)((value < 0 ? -value : value) * scale + 0.5);
  print(scaled / scale);
  print(".");
  for (scale /= 10; scale > 0; scale /= 10)
    print(scaled / scale % 10);
}

SerialPort Serial;

/* A sketch never ends. Here it does, once all that was sent is read. */
int main() {
  setup();
  for (int turn = 0; turn < 2 || Serial.available() > 0; ++turn)
    loop();
  return 0;
}
