#include <@name@.h>

#include <zephyr/sys/printk.h>

static @name@_state state;
static int16_t forecast[@NAME@_HORIZON];

int main(void)
{
    const int status = @name@_selftest(&state, forecast, @NAME@_HORIZON);
    printk("@name@ self-test: %s\n", status == @NAME@_OK ? "passed" : "FAILED");
    return 0;
}
