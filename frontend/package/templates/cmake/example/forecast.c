/* forecast NOMINAL: reads a capacity a line, the oldest first, in the unit of
   NOMINAL, and prints the SOH to come. */
#include "@name@.h"

#include <stdio.h>
#include <stdlib.h>

static @name@_state battery;

int main(int argc, char **argv)
{
    int16_t forecast[@NAME@_HORIZON];
    const double nominal = argc == 2 ? atof(argv[1]) : 0.0;
    double capacity;
    unsigned i;
    if (!(nominal > 0.0)) {
        (void)fprintf(stderr, "usage: forecast NOMINAL <capacities\n");
        return 2;
    }
    (void)@name@_init(&battery);
    while (scanf("%lf", &capacity) == 1) {
        const double soh = capacity / nominal;
        if (!(soh > 0.0 && soh < 2.0)) {
            (void)fprintf(stderr, "%g is no capacity of such a cell\n", capacity);
            return 1;
        }
        (void)@name@_push(&battery, (int32_t)(soh * @NAME@_ONE + 0.5));
    }
    if (@name@_forecast(&battery, forecast, @NAME@_HORIZON) != @NAME@_OK) {
        (void)fprintf(stderr, "%u cycles are needed\n", @NAME@_WINDOW);
        return 1;
    }
    for (i = 0; i < @NAME@_HORIZON; ++i) {
        (void)printf("%.4f\n", (double)forecast[i] / @NAME@_ONE);
    }
    return 0;
}
