/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The firmware soh_monitor: one loop, no interrupts. The watchdog is fed here
 * and nowhere else: whatever hangs, hangs outside of this line.
 */
#include "runtime/device.h"
#include "runtime/monitor/monitor.h"

static struct monitor monitor;
static struct protocol_line line;

int main(void) {
  device_start();
  monitor_start(&monitor);
  for (;;) {
    device_kick();
    const int32_t byte = device_receive();
    if (byte == DEVICE_NO_BYTE)
      device_idle();
    else if (protocol_take(&line, byte))
      monitor_answer(&monitor, &line);
  }
}
