/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The end of a network's translation unit, behind its emitted C. NAME and MACRO
 * are what its public names and macros start with; READS_AGE is defined where
 * it reads the age.
 */
#include "test/hunt/network.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(name) #name
#define TEXT(name) TEXT_(name)

static JOIN(NAME, _state) whole, streaming;

static int predict(const int16_t *window, uint32_t age, int16_t *forecast) {
#ifdef READS_AGE
  return JOIN(NAME, _predict)(&whole, window, JOIN(MACRO, _WINDOW), age,
                              forecast, JOIN(MACRO, _HORIZON));
#else
  (void)age;
  return JOIN(NAME, _predict)(&whole, window, JOIN(MACRO, _WINDOW), forecast,
                              JOIN(MACRO, _HORIZON));
#endif
}

/* What was pushed before stays in the state, and must not matter. */
static int stream(const int16_t *window, uint32_t age, int16_t *forecast) {
  int status = 0;
  for (uint32_t i = 0; i < JOIN(MACRO, _WINDOW) && status == 0; ++i)
    status = JOIN(NAME, _push)(&streaming, window[i]);
#ifdef READS_AGE
  if (status == 0)
    status = JOIN(NAME, _set_age)(&streaming, age);
#else
  (void)age;
#endif
  if (status != 0)
    return status;
  return JOIN(NAME, _forecast)(&streaming, forecast, JOIN(MACRO, _HORIZON));
}

static int selftest(int16_t *forecast) {
  const int status = JOIN(NAME, _init)(&streaming);
  if (status != 0)
    return status;
  return JOIN(NAME, _selftest)(&whole, forecast, JOIN(MACRO, _HORIZON));
}

extern const struct network JOIN(hunt_, NAME);
const struct network JOIN(hunt_, NAME) = {
    TEXT(NAME), JOIN(MACRO, _WINDOW), JOIN(MACRO, _HORIZON), predict, stream,
    selftest};
