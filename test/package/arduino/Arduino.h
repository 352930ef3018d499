/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A stand-in for Arduino's core, for tests: as much of it as the sketches of
 * the packages use, on runtime/board.h, so that they run on the host and on an
 * emulated Cortex-M4. It shows that the sketches compile, link and do what they
 * say; it shows nothing about a board.
 */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stdint.h>

#define LED_BUILTIN 13
#define OUTPUT 1
#define LOW 0
#define HIGH 1

void pinMode(uint8_t pin, uint8_t mode);
/** Prints `[LED 1]` or `[LED 0]`. */
void digitalWrite(uint8_t pin, uint8_t value);
/** Time goes on by 10 microseconds with each look at it, and by waiting. */
unsigned long micros(void);
unsigned long millis(void);
void delay(unsigned long milliseconds);

/** Prints to the console; what is sent to it lies in the file serial.txt. */
class SerialPort {
public:
  void begin(unsigned long baud);
  explicit operator bool() const { return true; }
  int available();
  int read();

  void print(const char *text);
  void print(int value) { print((long)value); }
  void print(unsigned value) { print((unsigned long)value); }
  void print(long value);
  void print(unsigned long value);
  void print(double value, int decimals = 2);
  template <typename T> void println(T value) {
    print(value);
    print("\n");
  }
  void println(double value, int decimals) {
    print(value, decimals);
    print("\n");
  }
};
extern SerialPort Serial;

void setup();
void loop();

#endif /* ARDUINO_H */
