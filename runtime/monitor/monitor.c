/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One function a command. A command first reads all of its arguments, then
 * judges them, and only then changes anything.
 */
#include "runtime/monitor/monitor.h"

#include "runtime/device.h"
#include "runtime/monitor/clean.h"
#include "runtime/monitor/model.h"

#define CAPACITY_DECIMALS 3u /* mAh on the line, uAh inside */
#define SOH_DECIMALS 4u
#define SOH_SCALE 10000u
#define NOMINAL_MIN 1000u       /* 1 mAh */
#define NOMINAL_MAX 4000000000u /* 4000 Ah */
#define LIMIT_MIN 5000u         /* of SOH_SCALE */
#define LIMIT_MAX 10000u
#define LIMIT_DEFAULT 8000u
#define VALUES_A_LINE 10u

_Static_assert(HISTORY_CYCLES >= SOH_WINDOW + CLEAN_SPAN,
               "the window, what cleaning looks back on, and one to take back");
_Static_assert(SOH_ONE == 16384, "the flash and the filter count in 2^-14");

/* 0.8 as 13107, and back as 8000. */
static uint32_t soh_of_decimal(uint32_t decimal) {
  return (decimal * (uint32_t)SOH_ONE + SOH_SCALE / 2u) / SOH_SCALE;
}

static uint32_t decimal_of_soh(uint32_t soh) {
  return (soh * SOH_SCALE + (uint32_t)SOH_ONE / 2u) / (uint32_t)SOH_ONE;
}

/* capacity / nominal to the nearest, bit by bit: a division of 64 bits would be
 * a twentieth of the image. What is out of range may not wrap into it. */
static uint32_t soh_of_capacity(uint32_t capacity, uint32_t nominal) {
  uint32_t soh = capacity / nominal, rest = capacity % nominal;
  if (soh > (uint32_t)MONITOR_SOH_MAX / (uint32_t)SOH_ONE)
    return UINT32_MAX;
  for (uint32_t bit = 1; bit < (uint32_t)SOH_ONE; bit <<= 1) {
    const bool fits = rest >= nominal - rest;
    rest = fits ? rest - (nominal - rest) : rest + rest;
    soh = soh << 1 | (fits ? 1u : 0u);
  }
  return rest >= nominal - nominal / 2u ? soh + 1u : soh;
}

static uint32_t kept(const struct history *history) {
  return history->count < SOH_WINDOW ? history->count : SOH_WINDOW;
}

/* The SOH of the window's cycle `index`, the oldest first, as the model wants
 * it. */
static int16_t cleaned_soh(const struct history *history, uint32_t index) {
  const uint32_t last = history->count - kept(history) + index;
  const uint32_t count = last + 1u < CLEAN_SPAN ? last + 1u : CLEAN_SPAN;
  int16_t raw[CLEAN_SPAN];
  for (uint32_t i = 0; i < count; ++i)
    raw[i] = history_soh(history, last + 1u - count + i);
  return clean_newest(raw, count);
}

static bool forecast(struct monitor *monitor) {
  if (monitor->history.count < SOH_WINDOW)
    return false;
  for (uint32_t k = 0; k < SOH_WINDOW; ++k)
    monitor->window[k] = cleaned_soh(&monitor->history, k);
  const uint32_t start = device_cycles();
  const bool done = model_predict(&monitor->model, monitor->window,
                                  monitor->history.newest, monitor->forecast);
  monitor->clocks = device_cycles() - start;
  return done;
}

/* The first cycle below the limit, if it is within the horizon. */
static void reply_life(struct protocol_reply *reply,
                       const struct monitor *monitor) {
  const struct history *history = &monitor->history;
  const int32_t limit = (int32_t)history->limit;
  if (monitor->window[SOH_WINDOW - 1u] < limit) {
    reply_field(reply, "life<=", history->newest, 0);
    return;
  }
  for (uint32_t h = 0; h < SOH_HORIZON; ++h) {
    if (monitor->forecast[h] < limit) {
      reply_field(reply, "life=", history->newest + h + 1u, 0);
      return;
    }
  }
  reply_field(reply, "life>", history->newest + SOH_HORIZON, 0);
}

static void reply_time(struct protocol_reply *reply, uint32_t clocks) {
  reply_field(reply, "clocks=", clocks, 0);
  reply_field(reply, "us=", device_microseconds(clocks), 0);
}

static void start_error(struct protocol_reply *reply, struct monitor *monitor,
                        const char *reason) {
  ++monitor->errors;
  reply_start(reply, "error ");
  reply_text(reply, reason);
}

static void send_error(struct monitor *monitor, const char *reason) {
  struct protocol_reply reply;
  start_error(&reply, monitor, reason);
  reply_send(&reply);
}

static void send_error_field(struct monitor *monitor, const char *reason,
                             const char *key, uint32_t value) {
  struct protocol_reply reply;
  start_error(&reply, monitor, reason);
  reply_field(&reply, key, value, 0);
  reply_send(&reply);
}

/* Lines of `name`, the number of the first value's cycle, and ten values. */
static void send_values(const char *name, uint32_t from, const int16_t *values,
                        uint32_t count) {
  for (uint32_t i = 0; i < count; i += VALUES_A_LINE) {
    struct protocol_reply reply;
    reply_start(&reply, name);
    reply_field(&reply, "", from + i, 0);
    for (uint32_t k = i; k < count && k < i + VALUES_A_LINE; ++k)
      reply_field(&reply, "", decimal_of_soh((uint32_t)values[k]),
                  SOH_DECIMALS);
    reply_send(&reply);
  }
}

static const char *reset_name(void) {
  switch (device_reset_reason()) {
  case DEVICE_RESET_PIN:
    return "pin";
  case DEVICE_RESET_WATCHDOG:
    return "watchdog";
  case DEVICE_RESET_SOFT:
    return "soft";
  case DEVICE_RESET_LOCKUP:
    return "lockup";
  case DEVICE_RESET_FAULT:
    return "fault";
  case DEVICE_RESET_POWER:
  default:
    return "power";
  }
}

/* The state holds no history: a forecast is made from the journal's window. */
static bool selftest(struct monitor *monitor) {
  return soh_selftest(&monitor->model, monitor->forecast, SOH_HORIZON) ==
         SOH_OK;
}

static void send_status(struct monitor *monitor, const char *start) {
  const struct history *history = &monitor->history;
  struct protocol_reply reply;
  reply_start(&reply, start);
  reply_text(&reply, selftest(monitor) ? " selftest=pass" : " selftest=FAIL");
  reply_text(&reply, monitor->flash_refused ? " flash=FAIL" : " flash=pass");
  reply_field(&reply, "cycle=", history->newest, 0);
  reply_field(&reply, "kept=", kept(history), 0);
  reply_field(&reply, "nominal=", history->nominal, CAPACITY_DECIMALS);
  reply_field(&reply, "limit=", decimal_of_soh(history->limit), SOH_DECIMALS);
  reply_field(&reply, "damaged=", history->damaged, 0);
  reply_field(&reply, "torn=", history->torn, 0);
  reply_field(&reply, "lost=", history->lost, 0);
  reply_field(&reply, "errors=", monitor->errors, 0);
  reply_field(&reply, "seconds=", device_seconds(), 0);
  reply_text(&reply, " reset=");
  reply_text(&reply, reset_name());
  if (device_reset_reason() == DEVICE_RESET_FAULT) {
    reply_text(&reply, " at=");
    reply_hex(&reply, device_fault_address());
  }
  reply_send(&reply);
}

/* The answer to a change: remembers whether the flash took it. */
static bool stored(struct monitor *monitor, bool took) {
  monitor->flash_refused = !took;
  if (!took)
    send_error(monitor, "flash");
  return took;
}

static void send_newest(struct monitor *monitor) {
  const struct history *history = &monitor->history;
  struct protocol_reply reply;
  reply_start(&reply, "ok");
  reply_field(&reply, "cycle=", history->newest, 0);
  reply_field(
      &reply, "soh=",
      decimal_of_soh((uint32_t)history_soh(history, history->count - 1u)),
      SOH_DECIMALS);
  if (forecast(monitor)) {
    reply_life(&reply, monitor);
    reply_time(&reply, monitor->clocks);
  } else {
    reply_field(&reply, "need=", SOH_WINDOW - kept(history), 0);
  }
  reply_send(&reply);
}

/* Whether the cycle may come next; says why not. */
static bool follows(struct monitor *monitor, uint32_t cycle) {
  const struct history *history = &monitor->history;
  const uint32_t expected = history->newest + 1u;
  if (cycle == 0u || cycle > HISTORY_LAST_CYCLE) {
    send_error(monitor, "range cycle");
    return false;
  }
  if (history->count == 0u || cycle == expected)
    return true;
  send_error_field(monitor, cycle < expected ? "repeated" : "missing",
                   "expected=", expected);
  return false;
}

static bool is_newest(const struct history *history, uint32_t cycle,
                      uint32_t soh) {
  return history->count > 0u && cycle == history->newest &&
         soh == (uint32_t)history_soh(history, history->count - 1u);
}

static void answer_cycle(struct monitor *monitor, const char *text) {
  struct history *history = &monitor->history;
  uint32_t cycle, capacity;
  if (!protocol_number(&text, 0, &cycle) ||
      !protocol_number(&text, CAPACITY_DECIMALS, &capacity) || *text != '\0') {
    send_error(monitor, "number");
    return;
  }
  if (history->nominal == 0u) {
    send_error(monitor, "cell");
    return;
  }
  const uint32_t soh = soh_of_capacity(capacity, history->nominal);
  if (soh < (uint32_t)MONITOR_SOH_MIN || soh > (uint32_t)MONITOR_SOH_MAX) {
    send_error(monitor, "range capacity");
    return;
  }
  /* A host that missed the answer sends the line again. */
  if (is_newest(history, cycle, soh) ||
      (follows(monitor, cycle) &&
       stored(monitor, history_append(history, cycle, (int16_t)soh))))
    send_newest(monitor);
}

static void answer_cell(struct monitor *monitor, const char *text) {
  struct history *history = &monitor->history;
  uint32_t nominal = MODEL_NOMINAL;
  const bool stated = *text != '\0';
  if ((stated || nominal == 0u) &&
      (!protocol_number(&text, CAPACITY_DECIMALS, &nominal) || *text != '\0')) {
    send_error(monitor, "number");
    return;
  }
  if (nominal < NOMINAL_MIN || nominal > NOMINAL_MAX) {
    send_error(monitor, "range capacity");
    return;
  }
  const uint32_t limit =
      history->nominal == 0u ? soh_of_decimal(LIMIT_DEFAULT) : history->limit;
  if (stored(monitor, history_begin_cell(history, nominal, limit)))
    send_status(monitor, "ok");
}

static void answer_limit(struct monitor *monitor, const char *text) {
  struct history *history = &monitor->history;
  uint32_t limit;
  if (!protocol_number(&text, SOH_DECIMALS, &limit) || *text != '\0') {
    send_error(monitor, "number");
    return;
  }
  if (history->nominal == 0u) {
    send_error(monitor, "cell");
    return;
  }
  if (limit < LIMIT_MIN || limit > LIMIT_MAX) {
    send_error(monitor, "range limit");
    return;
  }
  if (stored(monitor, history_set_limit(history, soh_of_decimal(limit))))
    send_status(monitor, "ok");
}

static void answer_forecast(struct monitor *monitor) {
  struct protocol_reply reply;
  if (!forecast(monitor)) {
    send_error_field(monitor, "short",
                     "need=", SOH_WINDOW - kept(&monitor->history));
    return;
  }
  send_values("soh", monitor->history.newest + 1u, monitor->forecast,
              SOH_HORIZON);
  reply_start(&reply, "ok");
  reply_field(&reply, "values=", SOH_HORIZON, 0);
  reply_life(&reply, monitor);
  reply_time(&reply, monitor->clocks);
  reply_send(&reply);
}

static void answer_history(struct monitor *monitor) {
  const struct history *history = &monitor->history;
  const uint32_t count = kept(history);
  struct protocol_reply reply;
  for (uint32_t k = 0; k < count; ++k)
    monitor->window[k] = history_soh(history, history->count - count + k);
  send_values("soh", history->newest + 1u - count, monitor->window, count);
  reply_start(&reply, "ok");
  reply_field(&reply, "values=", count, 0);
  reply_send(&reply);
}

/* What only reads needs no checksum, so that a person can type it. */
static void answer(struct monitor *monitor, const char *text, bool sealed) {
  if (protocol_word(&text, "?") && *text == '\0')
    send_status(monitor, "ok");
  else if (protocol_word(&text, "forecast") && *text == '\0')
    answer_forecast(monitor);
  else if (protocol_word(&text, "history") && *text == '\0')
    answer_history(monitor);
  else if (!sealed)
    send_error(monitor, "checksum");
  else if (protocol_word(&text, "cycle"))
    answer_cycle(monitor, text);
  else if (protocol_word(&text, "cell"))
    answer_cell(monitor, text);
  else if (protocol_word(&text, "limit"))
    answer_limit(monitor, text);
  else
    send_error(monitor, "command");
}

void monitor_answer(struct monitor *monitor, struct protocol_line *line) {
  switch (protocol_check(line)) {
  case PROTOCOL_SEALED:
    answer(monitor, line->text, true);
    break;
  case PROTOCOL_OPEN:
    answer(monitor, line->text, false);
    break;
  case PROTOCOL_LONG:
    send_error(monitor, "long");
    break;
  case PROTOCOL_BYTES:
    send_error(monitor, "bytes");
    break;
  case PROTOCOL_LOST:
    send_error(monitor, "lost");
    break;
  case PROTOCOL_CHECKSUM:
  default:
    send_error(monitor, "checksum");
    break;
  }
  protocol_clear(line);
}

void monitor_start(struct monitor *monitor) {
  monitor->errors = 0;
  monitor->flash_refused = !history_load(&monitor->history);
  send_status(monitor, "start");
}
