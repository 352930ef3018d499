/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Lines in and out, without a C library.
 */
#include "runtime/monitor/protocol.h"

#include "runtime/monitor/checksum.h"

#define SEAL_BYTES 5u /* "*1d0f" */
#define END_BYTES (SEAL_BYTES + 1u)

static const char digits[] = "0123456789abcdef";

bool protocol_take(struct protocol_line *line, int32_t byte) {
  if (byte == DEVICE_NO_BYTE || byte == '\r')
    return false;
  if (byte == '\n')
    return line->length > 0u || line->fault != PROTOCOL_SEALED;
  if (byte == DEVICE_LOST)
    line->fault = PROTOCOL_LOST;
  else if (byte < ' ' || byte > '~')
    line->fault = PROTOCOL_BYTES;
  else if (line->length == PROTOCOL_LINE_MAX)
    line->fault = PROTOCOL_LONG;
  else
    line->text[line->length++] = (char)byte;
  return false;
}

static bool hex_digit(char text, uint32_t *value) {
  for (uint32_t digit = 0; digit < 16u; ++digit) {
    const char upper = digit < 10u ? digits[digit] : (char)('A' + digit - 10u);
    if (text == digits[digit] || text == upper) {
      *value = digit;
      return true;
    }
  }
  return false;
}

/* The checksum that the last bytes of a line state, if they do. */
static bool stated_checksum(const char *seal, uint32_t *checksum) {
  *checksum = 0;
  for (uint32_t i = 1; i < SEAL_BYTES; ++i) {
    uint32_t digit;
    if (!hex_digit(seal[i], &digit))
      return false;
    *checksum = *checksum << 4 | digit;
  }
  return true;
}

enum protocol_verdict protocol_check(struct protocol_line *line) {
  uint32_t star = 0, stated;
  line->text[line->length] = '\0';
  if (line->fault != PROTOCOL_SEALED)
    return (enum protocol_verdict)line->fault;
  while (star < line->length && line->text[star] != '*')
    ++star;
  if (star == line->length)
    return PROTOCOL_OPEN;
  if (line->length - star != SEAL_BYTES ||
      !stated_checksum(&line->text[star], &stated) ||
      stated != checksum_line(line->text, star))
    return PROTOCOL_CHECKSUM;
  line->text[star] = '\0';
  return PROTOCOL_SEALED;
}

void protocol_clear(struct protocol_line *line) {
  line->length = 0;
  line->fault = PROTOCOL_SEALED;
}

/* Steps over one blank that something follows; the end may stand there too. */
static bool end_word(const char **text) {
  if (**text == '\0')
    return true;
  if (**text != ' ' || (*text)[1] == '\0')
    return false;
  ++*text;
  return true;
}

bool protocol_word(const char **text, const char *word) {
  const char *at = *text;
  while (*word != '\0' && *at == *word) {
    ++at;
    ++word;
  }
  if (*word != '\0' || !end_word(&at))
    return false;
  *text = at;
  return true;
}

static bool add_digit(uint32_t *value, uint32_t digit) {
  if (*value > (0xffffffffu - digit) / 10u)
    return false;
  *value = *value * 10u + digit;
  return true;
}

bool protocol_number(const char **text, uint32_t decimals, uint32_t *value) {
  bool any = false, point = false, fits = true;
  *value = 0;
  for (;; ++*text) {
    const char at = **text;
    if (at >= '0' && at <= '9') {
      if (point && decimals == 0u)
        return false;
      decimals -= point ? 1u : 0u;
      fits = fits && add_digit(value, (uint32_t)(at - '0'));
      any = true;
    } else if (at == '.' && any && !point && decimals > 0u) {
      point = true;
    } else {
      break;
    }
  }
  for (; decimals > 0u; --decimals)
    fits = fits && add_digit(value, 0);
  return any && fits && end_word(text);
}

void reply_start(struct protocol_reply *reply, const char *text) {
  reply->length = 0;
  reply_text(reply, text);
}

static void reply_character(struct protocol_reply *reply, char character) {
  if (reply->length < sizeof reply->text - END_BYTES)
    reply->text[reply->length++] = character;
}

void reply_text(struct protocol_reply *reply, const char *text) {
  for (; *text != '\0'; ++text)
    reply_character(reply, *text);
}

void reply_number(struct protocol_reply *reply, uint32_t value,
                  uint32_t decimals) {
  char text[11]; /* ten digits, and a point that 32 bits may have in them */
  uint32_t at = sizeof text;
  uint32_t done = 0;
  do {
    if (done == decimals && decimals > 0u)
      text[--at] = '.';
    text[--at] = digits[value % 10u];
    value /= 10u;
    ++done;
  } while (value > 0u || done <= decimals);
  while (at < sizeof text)
    reply_character(reply, text[at++]);
}

void reply_field(struct protocol_reply *reply, const char *key, uint32_t value,
                 uint32_t decimals) {
  reply_character(reply, ' ');
  reply_text(reply, key);
  reply_number(reply, value, decimals);
}

void reply_hex(struct protocol_reply *reply, uint32_t value) {
  for (uint32_t digit = 8; digit > 0u;)
    reply_character(reply, digits[value >> 4u * --digit & 15u]);
}

void reply_send(struct protocol_reply *reply) {
  const uint32_t checksum = checksum_line(reply->text, reply->length);
  char *end = &reply->text[reply->length];
  *end++ = '*';
  for (uint32_t digit = 4; digit > 0u;)
    *end++ = digits[checksum >> 4u * --digit & 15u];
  *end = '\n';
  device_send(reply->text, reply->length + END_BYTES);
}
