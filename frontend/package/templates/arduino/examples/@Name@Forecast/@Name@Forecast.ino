// Forecasts the state of health (SOH) of a battery, first of a made-up cell.
//
// Then send the capacity of each cycle of a cell of yours in mAh, a line each,
// the oldest first. From cycle @window@ on, each is answered by a forecast.
#include <@name@.h>

// uAh that count as SOH 1, as in training. The nominal capacity of a cell of
// yours may be another: change it here.
#ifdef @NAME@_NOMINAL_UAH
static uint64_t nominal = @NAME@_NOMINAL_UAH;
#else
static uint64_t nominal = 0; // the cell's own at first: taken from its first cycles
static uint32_t first[@NAME@_INITIAL_CYCLES];
#endif
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

static void push(uint32_t capacity) {
  (void)@name@_push(&battery, (int32_t)(capacity * (uint64_t)@NAME@_ONE / nominal));
}

#ifdef @NAME@_INITIAL_CYCLES
// Takes one of the first cycles. With the last of them their median counts as
// SOH 1, and all of them are pushed.
static void takeFirst(uint32_t capacity) {
  first[cycles] = capacity;
  if (cycles + 1 < @NAME@_INITIAL_CYCLES)
    return;
  for (uint32_t i = 0; i < @NAME@_INITIAL_CYCLES; ++i) {
    uint32_t smaller = 0;
    for (uint32_t j = 0; j < @NAME@_INITIAL_CYCLES; ++j)
      smaller += first[j] < first[i] || (first[j] == first[i] && j < i);
    if (smaller == @NAME@_INITIAL_CYCLES / 2)
      nominal = first[i];
  }
  for (uint32_t i = 0; i < @NAME@_INITIAL_CYCLES; ++i)
    push(first[i]);
}
#endif

// A capacity in mAh with up to three decimals, in uAh. 0: it is none.
static uint32_t readCapacity(const char *text) {
  const uint32_t most = 400000000; // before one more digit
  uint32_t value = 0;
  int decimals = -1; // no point yet
  for (; *text != '\0'; ++text) {
    if (*text == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (*text < '0' || *text > '9' || decimals == 3 || value > most)
      return 0;
    value = value * 10 + (uint32_t)(*text - '0');
    decimals += decimals >= 0;
  }
  for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; ++decimals) {
    if (value > most)
      return 0;
    value *= 10;
  }
  return value;
}

static void takeCapacity(const char *text) {
  const uint32_t capacity = readCapacity(text);
  if (capacity == 0 || (nominal > 0 && capacity > 2 * nominal)) {
    Serial.println("error: not a capacity in mAh; the cycle is not counted, send it again");
    return;
  }
  if (cycles == 0)
    (void)@name@_init(&battery); // forget the made-up cell
#ifdef @NAME@_INITIAL_CYCLES
  if (cycles < @NAME@_INITIAL_CYCLES)
    takeFirst(capacity);
  else
#endif
    push(capacity);
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
      Serial.println("error: too long; the cycle is not counted, send it again");
      length = 0;
    } else if (length > 0) {
      line[length] = '\0';
      length = 0;
      takeCapacity(line);
    }
  }
}
