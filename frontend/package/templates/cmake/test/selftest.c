#include "@name@.h"

#include <stdio.h>

static @name@_state state;
static int16_t forecast[@NAME@_HORIZON];

int main(void)
{
    const int status = @name@_selftest(&state, forecast, @NAME@_HORIZON);
    (void)printf("@name@ self-test: %s\n", status == @NAME@_OK ? "passed" : "FAILED");
    return status == @NAME@_OK ? 0 : 1;
}
