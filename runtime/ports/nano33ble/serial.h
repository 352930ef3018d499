/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef DLN_SERIAL_H
#define DLN_SERIAL_H

/** Starts the serial line on the board's TX and RX pins: 115200 baud, 8 data
 *  bits, no parity, 1 stop bit. */
void serial_start(void);

#endif /* DLN_SERIAL_H */
