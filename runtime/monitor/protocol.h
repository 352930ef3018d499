/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The form of the serial line: text in lines that end in LF (a CR before it is
 * ignored), each ended by `*` and the CRC-16 of what stands before it, in four
 * hexadecimal digits. What the lines mean is monitor.h's.
 */
#ifndef DLN_PROTOCOL_H
#define DLN_PROTOCOL_H

#include "runtime/device.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest line that is taken, in bytes, checksum included, its end not. */
#define PROTOCOL_LINE_MAX 64u

/** What is wrong with a line, if anything. */
enum protocol_verdict {
  PROTOCOL_SEALED,   /* a checksum, and it is right */
  PROTOCOL_OPEN,     /* no checksum */
  PROTOCOL_CHECKSUM, /* a wrong one */
  PROTOCOL_LONG,     /* more than PROTOCOL_LINE_MAX bytes */
  PROTOCOL_BYTES,    /* a byte that is no printable ASCII character */
  PROTOCOL_LOST      /* bytes are missing */
};

/** A line while it comes in; all zero at first. */
struct protocol_line {
  uint32_t length;
  uint32_t fault; /* a verdict; PROTOCOL_SEALED while there is none */
  char text[PROTOCOL_LINE_MAX + 1u];
};

/** Takes a result of `device_receive`. True: the line is complete and not
 *  empty; `protocol_check` comes next. */
bool protocol_take(struct protocol_line *line, int32_t byte);

/** Judges a complete line and takes off its checksum. `text` is the command
 *  that remains, ended by a zero. */
enum protocol_verdict protocol_check(struct protocol_line *line);

/** Makes room for the next line. */
void protocol_clear(struct protocol_line *line);

/** If `text` starts with the word `word` (a blank or the end follows), steps
 *  over it and the blank. */
bool protocol_word(const char **text, const char *word);

/** Reads an unsigned number with up to `decimals` digits after the point, in
 *  units of 10^-decimals, and the blank after it. False, at no particular
 *  place, when there is none or it exceeds 32 bits. */
bool protocol_number(const char **text, uint32_t decimals, uint32_t *value);

/** A line that goes out, as it is put together. */
struct protocol_reply {
  uint32_t length;
  char text[DEVICE_SEND_MAX];
};

/** Starts a reply with `text`. */
void reply_start(struct protocol_reply *reply, const char *text);

/** Adds text. What has no room is left out. */
void reply_text(struct protocol_reply *reply, const char *text);

/** Adds a number in units of 10^-decimals, with all decimals. */
void reply_number(struct protocol_reply *reply, uint32_t value,
                  uint32_t decimals);

/** Adds ` key` (its `=` or other sign included) and the number. */
void reply_field(struct protocol_reply *reply, const char *key, uint32_t value,
                 uint32_t decimals);

/** Adds `value` in eight hexadecimal digits. */
void reply_hex(struct protocol_reply *reply, uint32_t value);

/** Adds checksum and end, and sends it. */
void reply_send(struct protocol_reply *reply);

#ifdef __cplusplus
}
#endif

#endif /* DLN_PROTOCOL_H */
