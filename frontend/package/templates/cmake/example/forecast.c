/* forecast [NOMINAL]: reads a capacity a line, the oldest first, and prints the
   SOH to come. NOMINAL is the capacity that counts as SOH 1, in the unit of the
   capacities. Without it they are in mAh, and SOH 1 is what it was in training. */
#include "@name@.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CYCLES 100000u

static @name@_state battery;
static double capacities[MOST_CYCLES];

static const char *after_blanks(const char *text)
{
    while (isspace((unsigned char)*text)) {
        ++text;
    }
    return text;
}

/* Reads all lines; 0 when one of them is no capacity. A line that is left out
   would shift every cycle after it, so that only the last ones may be empty. */
static int read_capacities(unsigned *count)
{
    char text[64];
    unsigned line = 0, empty = 0;
    *count = 0;
    while (fgets(text, sizeof text, stdin) != NULL) {
        char *end;
        const double capacity = strtod(text, &end);
        const int whole = strchr(text, '\n') != NULL || feof(stdin) != 0;
        ++line;
        if (*after_blanks(text) == '\0') {
            empty = empty == 0u ? line : empty;
            continue;
        }
        if (!whole || empty != 0u || end == text || *after_blanks(end) != '\0' || !(capacity > 0.0)) {
            (void)fprintf(stderr, "line %u: no capacity\n", empty != 0u ? empty : line);
            return 0;
        }
        if (*count == MOST_CYCLES) {
            (void)fprintf(stderr, "more than %u cycles\n", MOST_CYCLES);
            return 0;
        }
        capacities[(*count)++] = capacity;
    }
    return ferror(stdin) == 0;
}

/* The capacity that counts as SOH 1, as it was in training. */
static double nominal_capacity(unsigned count)
{
#ifdef @NAME@_NOMINAL_UAH
    (void)count;
    return @NAME@_NOMINAL_UAH / 1000.0;
#else
    /* The median of the first cycles. */
    double first[@NAME@_INITIAL_CYCLES];
    unsigned i, j;
    for (i = 0; i < @NAME@_INITIAL_CYCLES && i < count; ++i) {
        for (j = i; j > 0u && first[j - 1u] > capacities[i]; --j) {
            first[j] = first[j - 1u];
        }
        first[j] = capacities[i];
    }
    return i > 0u ? first[i / 2u] : 1.0;
#endif
}

int main(int argc, char **argv)
{
    int16_t forecast[@NAME@_HORIZON];
    const double low = (double)@NAME@_TRAINED_LOW / @NAME@_ONE;
    const double high = (double)@NAME@_TRAINED_HIGH / @NAME@_ONE;
    double nominal = argc == 2 ? atof(argv[1]) : 1.0;
    unsigned count, i;
    if (argc > 2 || !(nominal > 0.0)) {
        (void)fprintf(stderr, "usage: forecast [NOMINAL] <capacities\n");
        return 2;
    }
    if (!read_capacities(&count)) {
        return 1;
    }
    if (argc < 2) {
        nominal = nominal_capacity(count);
    }
    (void)@name@_init(&battery);
    for (i = 0; i < count; ++i) {
        const double soh = capacities[i] / nominal;
        if (!(soh < 2.0)) {
            (void)fprintf(stderr, "%g is no capacity of a cell of %g\n", capacities[i], nominal);
            return 1;
        }
        (void)@name@_push(&battery, (int32_t)(soh * @NAME@_ONE + 0.5));
    }
    if (@name@_forecast(&battery, forecast, @NAME@_HORIZON) != @NAME@_OK) {
        (void)fprintf(stderr, "%u cycles are needed\n", @NAME@_WINDOW);
        return 1;
    }
    if (capacities[0] / nominal < low - 0.15 || capacities[0] / nominal > high + 0.15) {
        (void)fprintf(stderr, "warning: the first SOH is %.2f, the network was trained on %.2f to %.2f; is %g the "
                      "capacity of such a cell?\n", capacities[0] / nominal, low, high, nominal);
    }
    for (i = 0; i < @NAME@_HORIZON; ++i) {
        (void)printf("%.4f\n", (double)forecast[i] / @NAME@_ONE);
    }
    return 0;
}
