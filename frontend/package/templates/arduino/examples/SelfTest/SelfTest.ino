// Does this board compute what the compiler computed? Says so every two seconds,
// and by its LED.
#include <@name@.h>

static @name@_state state;
static int16_t forecast[@NAME@_HORIZON];

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
}

void loop() {
  const unsigned long start = micros();
  const int status = @name@_selftest(&state, forecast, @NAME@_HORIZON);
  const unsigned long taken = micros() - start;
  digitalWrite(LED_BUILTIN, status == @NAME@_OK ? HIGH : LOW);
  Serial.print("@name@ self-test: ");
  Serial.print(status == @NAME@_OK ? "passed" : "FAILED");
  Serial.print(" in ");
  Serial.print(taken);
  Serial.println(" microseconds");
  delay(2000);
}
