// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Readable C with @fields@. A network that does not read the age has no trace
// of it, so that its interface is no larger than it needs; likewise for tables
// in RAM.
#include "codegen/Templates.h"

#include "codegen/CEmitter.h"

using namespace llvm;
using namespace dlnet::codegen;

namespace {

constexpr const char *kHeader =
    R"c(/* @name@.h - forecasts a battery's state of health (SOH).

   Made by dlnetc @version@; do not edit. The code below may be used without any conditions.

@facts@
   Tables: @tables@ bytes of flash. RAM: @state@ bytes of state that the caller
   owns@table_ram@. No heap, no recursion, no division, no floating point.

   SOH is a fixed-point integer in units of 2^-@bits@: @NAME@_ONE is 1.0. Values below
   0 count as 0, values above @NAME@_MAX as @NAME@_MAX.@age_note@ */
#ifndef DLNET_@NAME@_H
#define DLNET_@NAME@_H

#include <limits.h>
#include <stdint.h>

/* Sums of products of int16_t, which C computes in int, would overflow. */
#if defined(UINT_MAX) && (UINT_MAX < 0xFFFFFFFFu)
#error "@name@ needs a processor whose int has 32 bits; this one's is narrower, as that of AVR and MSP430"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define @NAME@_ABI @abi@
#define @NAME@_DIGEST @digest@ /* of this header and its sources */
#define @NAME@_WINDOW @window@u   /* cycles that a forecast looks back on */
#define @NAME@_HORIZON @horizon@u  /* cycles that it looks ahead */
#define @NAME@_ONE @one@     /* SOH 1.0 */
#define @NAME@_MAX 32767     /* greatest SOH that can be said */
#define @NAME@_STATE_BYTES @state@u
@basis_macros@@age_macros@
enum {
    @NAME@_OK = 0,
    @NAME@_ERROR_NULL = -1,         /* a pointer is null */
    @NAME@_ERROR_SHORT_WINDOW = -2, /* fewer than @NAME@_WINDOW cycles */
    @NAME@_ERROR_SMALL_BUFFER = -3, /* room for fewer than @NAME@_HORIZON values */
    @NAME@_ERROR_STATE = -4,        /* the state was never initialised */
    @NAME@_ERROR_SELFTEST = -5      /* the self-test found a wrong forecast */
};

/* One cell's history and scratch memory. Any number may exist; calls on
   different ones may run at the same time. Members are private. */
typedef struct @name@_state {
    uint32_t cycles;
@members@@age_member@    int16_t window[@NAME@_WINDOW];
} @name@_state;

/* Does not compile where structures are laid out in another way. */
typedef char @name@_state_has_the_stated_size
    [(sizeof(int) < 4u) || (sizeof(@name@_state) == @NAME@_STATE_BYTES) ? 1 : -1];

/* Forgets all cycles. @name@_push and @name@_forecast need a state that this has
   seen, and know it by a number in it.@age_init@ */
int @name@_init(@name@_state *state);

/* Adds the SOH measured in the newest cycle.@age_push@ */
int @name@_push(@name@_state *state, int32_t soh);
@age_declaration@
/* Forecasts the next @NAME@_HORIZON cycles from the last @NAME@_WINDOW pushed, the
   nearest first, into forecast[0 .. @NAME@_HORIZON - 1]. `capacity` is how many values
   the buffer holds. Writes nothing when it fails. */
int @name@_forecast(@name@_state *state, int16_t *forecast, uint32_t capacity);

/* The same from a whole history, the oldest cycle first, of which the newest
   @NAME@_WINDOW count. It replaces what was pushed into the state, which need
   not be initialised.@age_predict@ */
int @name@_predict(@name@_state *state, const int16_t *history, uint32_t cycles,
                   @age_parameter@int16_t *forecast, uint32_t capacity);

/* Whether this processor and this build forecast what dlnetc's own executor did:
   @NAME@_OK or @NAME@_ERROR_SELFTEST. Forecasts the built-in windows in both ways,
   through the state, which is left as by @name@_init, and through `forecast`, as
   above. It is in @name@_selftest.c, which a program without it need not link. */
int @name@_selftest(@name@_state *state, int16_t *forecast, uint32_t capacity);

#ifdef __cplusplus
}
#endif

#endif /* DLNET_@NAME@_H */
)c";

constexpr const char *kSource = R"c(/* @name@.c - see @name@.h.

   Made by dlnetc @version@; do not edit. The code below may be used without any conditions. */
#include "@name@.h"

#include <stddef.h>

#if @NAME@_ABI != @abi@
#error "Regenerate this file with dlnetc: it does not fit @name@.h"
#endif
@digest_check@@kernels@@table_place@@tables@
/* How a state says that it has no cycles. Memory that @name@_init has not seen, and
   the state of another model, say something else. */
#define @NAME@_NO_CYCLES @no_cycles@

/* More than @NAME@_WINDOW for what is no state of this model. */
static uint32_t @name@_cycles(const @name@_state *state)
{
    return state->cycles - @NAME@_NO_CYCLES;
}

static void @name@_network(@name@_state *state, int16_t *forecast)
{
    uint32_t i;@counters@
@body@}

int @name@_init(@name@_state *state)
{
    uint32_t i;
    if (state == NULL) {
        return @NAME@_ERROR_NULL;
    }
    state->cycles = @NAME@_NO_CYCLES;
@init_age@    for (i = 0; i < @NAME@_WINDOW; ++i) {
        state->window[i] = 0;
        dln_keep_loop();
    }
    return @NAME@_OK;
}

int @name@_push(@name@_state *state, int32_t soh)
{
    uint32_t i;
    uint32_t cycles;
    if (state == NULL) {
        return @NAME@_ERROR_NULL;
    }
    cycles = @name@_cycles(state);
    if (cycles > @NAME@_WINDOW) {
        return @NAME@_ERROR_STATE;
    }
    /* Once a battery cycle: moving the window costs less than wrapping every
       read of it. */
    for (i = 1; i < @NAME@_WINDOW; ++i) {
        state->window[i - 1u] = state->window[i];
        dln_keep_loop();
    }
    state->window[@NAME@_WINDOW - 1u] = (int16_t)dln_positive16(soh);
    if (cycles < @NAME@_WINDOW) {
        state->cycles = cycles + 1u + @NAME@_NO_CYCLES;
    }
@push_age@    return @NAME@_OK;
}
@age_definition@
int @name@_forecast(@name@_state *state, int16_t *forecast, uint32_t capacity)
{
    if (state == NULL || forecast == NULL) {
        return @NAME@_ERROR_NULL;
    }
    if (@name@_cycles(state) > @NAME@_WINDOW) {
        return @NAME@_ERROR_STATE;
    }
    if (@name@_cycles(state) < @NAME@_WINDOW) {
        return @NAME@_ERROR_SHORT_WINDOW;
    }
    if (capacity < @NAME@_HORIZON) {
        return @NAME@_ERROR_SMALL_BUFFER;
    }
    @name@_network(state, forecast);
    return @NAME@_OK;
}

int @name@_predict(@name@_state *state, const int16_t *history, uint32_t cycles,
                   @age_parameter@int16_t *forecast, uint32_t capacity)
{
    uint32_t i;
    if (state == NULL || history == NULL || forecast == NULL) {
        return @NAME@_ERROR_NULL;
    }
    if (cycles < @NAME@_WINDOW) {
        return @NAME@_ERROR_SHORT_WINDOW;
    }
    if (capacity < @NAME@_HORIZON) {
        return @NAME@_ERROR_SMALL_BUFFER;
    }
    history = &history[cycles - @NAME@_WINDOW];
    for (i = 0; i < @NAME@_WINDOW; ++i) {
        state->window[i] = (int16_t)(history[i] < 0 ? 0 : history[i]);
    }
    state->cycles = @NAME@_NO_CYCLES + @NAME@_WINDOW;
@predict_age@    @name@_network(state, forecast);
    return @NAME@_OK;
}
)c";

constexpr const char *kSelfTest = R"c(/* @name@_selftest.c - see @name@.h.

   Made by dlnetc @version@; do not edit. The code below may be used without any conditions.

   Golden vectors: windows, and what dlnetc's integer executor forecasts from them. */
#include "@name@.h"

#include <stddef.h>

#if @NAME@_ABI != @abi@
#error "Regenerate this file with dlnetc: it does not fit @name@.h"
#endif
@digest_check@
#define @NAME@_GOLDEN_VECTORS @vectors@u
@golden_ages@
static const int16_t @name@_golden_window[@NAME@_GOLDEN_VECTORS][@NAME@_WINDOW] = {@windows@
};

static const int16_t @name@_golden_forecast[@NAME@_GOLDEN_VECTORS][@NAME@_HORIZON] = {@forecasts@
};

/* How many values of the forecast differ; all are compared. */
static uint32_t @name@_differing(const int16_t *forecast, const int16_t *golden)
{
    uint32_t i;
    uint32_t count = 0;
    for (i = 0; i < @NAME@_HORIZON; ++i) {
        count += (forecast[i] != golden[i]) ? 1u : 0u;
    }
    return count;
}

int @name@_selftest(@name@_state *state, int16_t *forecast, uint32_t capacity)
{
    uint32_t vector;
    uint32_t i;
    uint32_t wrong = 0;
    if (state == NULL || forecast == NULL) {
        return @NAME@_ERROR_NULL;
    }
    if (capacity < @NAME@_HORIZON) {
        return @NAME@_ERROR_SMALL_BUFFER;
    }
    /* A call that wrote nothing would leave the forecast of another window. */
    for (vector = 0; vector < @NAME@_GOLDEN_VECTORS; ++vector) {
        (void)@name@_init(state);
        for (i = 0; i < @NAME@_WINDOW; ++i) {
            (void)@name@_push(state, @name@_golden_window[vector][i]);
        }
@golden_set_age@        (void)@name@_forecast(state, forecast, capacity);
        wrong += @name@_differing(forecast, @name@_golden_forecast[vector]);
    }
    for (vector = 0; vector < @NAME@_GOLDEN_VECTORS; ++vector) {
        (void)@name@_predict(state, @name@_golden_window[vector], @NAME@_WINDOW,
                           @golden_age@forecast, capacity);
        wrong += @name@_differing(forecast, @name@_golden_forecast[vector]);
    }
    (void)@name@_init(state);
    return wrong == 0u ? @NAME@_OK : @NAME@_ERROR_SELFTEST;
}
)c";

/// Refuses the header of another model, or one from before digests.
constexpr const char *kDigestCheck =
    R"c(#if !defined(@NAME@_DIGEST) || (@NAME@_DIGEST != @digest@)
#error "@name@.h is of another model, or of another compilation: take @name@.h and its sources from one run of dlnetc"
#endif
)c";

/// What a network that reads the age adds to the templates above, by field.
constexpr std::pair<const char *, const char *> kAgeParts[] = {
    {"age_note", R"c(

   This network also reads the cell's age: how many cycles the cell has lived, the
   newest of its history included. @NAME@_READS_AGE says so; the headers of networks
   that do not read it leave it undefined. @name@_init stands for a new cell, of age
   0, and @name@_push counts. A cell with a past needs @name@_set_age. Ages above
   @NAME@_MAX_AGE count as @NAME@_MAX_AGE.)c"},
    {"age_macros", R"c(#define @NAME@_READS_AGE 1
#define @NAME@_MAX_AGE 32767 /* greatest age that makes a difference, in cycles */
)c"},
    {"age_member", "    int16_t age;\n"},
    {"age_init", "\n   The cell is a new one, of age 0."},
    {"age_push", " The cell is one cycle older."},
    {"age_declaration", R"c(
/* Sets how many cycles the cell has lived: at the newest cycle pushed, or before
   the first. For a device that starts on a used cell, or starts again; what is
   pushed from then on counts from `age`. */
int @name@_set_age(@name@_state *state, uint32_t age);
)c"},
    {"age_predict",
     R"c( `age` is how many cycles the cell has lived at the newest of
   the history; it replaces the state's.)c"},
    {"age_parameter", "uint32_t age, "},
    {"init_age", "    state->age = 0;\n"},
    {"push_age", "    state->age = (int16_t)dln_positive16(state->age + 1);\n"},
    {"age_definition", R"c(
static int16_t @name@_limited_age(uint32_t age)
{
    return (int16_t)(age < (uint32_t)@NAME@_MAX_AGE ? (int32_t)age : @NAME@_MAX_AGE);
}

int @name@_set_age(@name@_state *state, uint32_t age)
{
    if (state == NULL) {
        return @NAME@_ERROR_NULL;
    }
    if (@name@_cycles(state) > @NAME@_WINDOW) {
        return @NAME@_ERROR_STATE;
    }
    state->age = @name@_limited_age(age);
    return @NAME@_OK;
}
)c"},
    {"predict_age",
     R"c(    state->age = @name@_limited_age(age);
)c"},
    {"golden_ages", R"c(
static const uint32_t @name@_golden_age[@NAME@_GOLDEN_VECTORS] = {@ages@};
)c"},
    {"golden_age", "@name@_golden_age[vector], "},
    {"golden_set_age",
     R"c(        (void)@name@_set_age(state, @name@_golden_age[vector]);
)c"},
};

/// What tables in RAM add. They are not const, so that the startup code copies
/// them; compilers would put what nothing writes back into flash.
constexpr std::pair<const char *, const char *> kRamParts[] = {
    {"table_ram", R"c(, and @tables@ bytes for the tables, which the
   startup code copies there)c"},
    {"table_place", R"c(
/* Lives in RAM, although nothing writes it. */
#if defined(__GNUC__)
#define DLN_IN_RAM __attribute__((used))
#else
#define DLN_IN_RAM
#endif
)c"},
};

/// Replaces @word@ by its field, or by nothing.
std::string fill(StringRef text, ArrayRef<Field> fields) {
  std::string result;
  while (!text.empty()) {
    auto [before, rest] = text.split('@');
    result += before;
    auto [field, after] = rest.split('@');
    for (const auto &[key, value] : fields)
      if (key == field)
        result += value;
    text = after;
  }
  return result;
}

/// With what the variant adds.
std::string fill(StringRef text, ArrayRef<Field> fields, Variant variant) {
  SmallVector<Field> all(fields);
  auto add = [&](ArrayRef<std::pair<const char *, const char *>> parts) {
    for (auto [name, part] : parts)
      all.emplace_back(name, fill(part, fields));
  };
  all.emplace_back("digest_check", fill(kDigestCheck, fields));
  if (variant.readsAge)
    add(kAgeParts);
  if (variant.tablesInRam)
    add(kRamParts);
  return fill(text, all);
}

} // namespace

SmallVector<Field> dlnet::codegen::commonFields(StringRef name,
                                                const Digest &digest) {
  return {{"name", name.str()},
          {"NAME", name.upper()},
          {"version", DLNET_VERSION},
          {"abi", std::to_string(kEmittedAbi)},
          {"digest", digest.literal()}};
}

std::string dlnet::codegen::headerText(ArrayRef<Field> fields,
                                       Variant variant) {
  return fill(kHeader, fields, variant);
}

std::string dlnet::codegen::sourceText(ArrayRef<Field> fields,
                                       Variant variant) {
  return fill(kSource, fields, variant);
}

std::string dlnet::codegen::selfTestText(ArrayRef<Field> fields,
                                         Variant variant) {
  return fill(kSelfTest, fields, variant);
}
