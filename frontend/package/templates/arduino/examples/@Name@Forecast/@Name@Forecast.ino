// Forecasts the state of health (SOH) of a battery, first of a made-up cell.
//
// Then send the capacity of each cycle of a cell of yours in mAh, a line each,
// the oldest first. From cycle @window@ on, each is answered by a forecast.
#include <@name@.h>

#include <stdlib.h>

static const long NOMINAL = 1100; // mAh of a new cell: change it to yours
static const int32_t END_OF_LIFE = @NAME@_ONE * 8L / 10; // SOH 0.8

static @name@_state battery; // of one cell: as many as there are cells
static int16_t forecast[@NAME@_HORIZON];
static uint32_t cycles = 0; // of your cell

static void printForecast() {
  const unsigned long start = micros();
  const int status = @name@_forecast(&battery, forecast, @NAME@_HORIZON);
  const unsigned long taken = micros() - start;
  if (status != @NAME@_OK) {
    Serial.print("no forecast, error ");
    Serial.println(status);
    return;
  }
  for (uint32_t h = 9; h < @NAME@_HORIZON; h += 10) {
    Serial.print("in ");
    Serial.print(h + 1);
    Serial.print(" cycles: SOH ");
    Serial.println((double)forecast[h] / @NAME@_ONE, 4);
  }
  uint32_t h = 0;
  while (h < @NAME@_HORIZON && forecast[h] >= END_OF_LIFE)
    ++h;
  if (h < @NAME@_HORIZON) {
    Serial.print("below 0.8 in ");
    Serial.print(h + 1);
    Serial.println(" cycles");
  } else {
    Serial.println("not below 0.8 so soon");
  }
  Serial.print(taken);
  Serial.println(" microseconds");
}

static void takeCapacity(const char *text) {
  char *end;
  const long capacity = strtol(text, &end, 10);
  if (end == text || *end != '\0' || capacity <= 0 || capacity > 2 * NOMINAL) {
    Serial.println("ignored: not a capacity in mAh");
    return;
  }
  if (cycles == 0)
    (void)@name@_init(&battery); // forget the made-up cell
  (void)@name@_push(&battery, (int32_t)((int64_t)capacity * @NAME@_ONE / NOMINAL));
  ++cycles;
  if (cycles < @NAME@_WINDOW) {
    Serial.print(cycles);
    Serial.print(" of ");
    Serial.println(@NAME@_WINDOW);
    return;
  }
  printForecast();
}

void setup() {
  Serial.begin(115200);
  while (!Serial && millis() < 3000) {
    // Boards with USB of their own need a while; without a computer, go on.
  }
  Serial.println("a made-up cell:");
  (void)@name@_init(&battery);
  for (int32_t k = 0; k < (int32_t)@NAME@_WINDOW; ++k) {
    const int32_t lost = @NAME@_ONE / 16 * k / (int32_t)@NAME@_WINDOW;
    (void)@name@_push(&battery, @NAME@_ONE - lost);
  }
  printForecast();
  Serial.println("your cell: send the capacity of each cycle in mAh");
}

void loop() {
  static char line[12];
  static uint8_t length = 0;
  while (Serial.available() > 0) {
    const int c = Serial.read();
    if (c != '\n' && c != '\r') {
      if (length < sizeof line)
        line[length++] = (char)c;
    } else if (length == sizeof line) {
      Serial.println("ignored: too long");
      length = 0;
    } else if (length > 0) {
      line[length] = '\0';
      length = 0;
      takeCapacity(line);
    }
  }
}
