// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bad input is part of the emitted API's contract: every misuse has its code,
// nothing outside the caller's buffers is touched.
#include "TestModels.h"

#include "codegen/SelfTest.h"

#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

using namespace dlnet;
using namespace dlnet::test;

namespace {

constexpr int kOk = 0, kNull = -1, kShortWindow = -2, kSmallBuffer = -3,
              kState = -4, kSelfTest = -5;
constexpr int16_t kGuard = 0x5a5a;

/// A model with its emitted C, compiled once for all tests of a suite.
template <uint32_t kSeed> class Emitted : public testing::Test {
protected:
  static void SetUpTestSuite() {
    model = randomModel(CellKind::Liquid, kSeed);
    if (model.features.age) { // Tell single cycles of the first 500 apart.
      model.features.age = Features::Age{100, 0.02};
      model.ranges.age = {-2, 8};
    }
    Compiler compiler;
    CompileOptions options;
    options.prefix = "cell";
    auto compiled = compiler.compile(model, options);
    ASSERT_TRUE(mlir::succeeded(compiled));
    emitted = codegen::emitC(compiled->model(), {"cell", {}});
    auto text = codegen::emitSelfTest(compiled->model(), {"cell", {}}, emitted);
    auto vectors = codegen::goldenVectors(compiled->model());
    ASSERT_TRUE(mlir::succeeded(text) && mlir::succeeded(vectors));
    selfTest = *text, golden = *vectors;
    loaded = LoadedModel::load(emitted, "cell", "-O1", selfTest);
    ASSERT_NE(loaded, nullptr);
  }
  static void TearDownTestSuite() { loaded.reset(); }

  std::vector<int32_t> newState() const {
    std::vector<int32_t> state(emitted.stateBytes / 4, -1);
    EXPECT_EQ(loaded->init(state.data()), kOk);
    return state;
  }
  uint32_t window() const { return model.window; }
  uint32_t horizon() const { return model.horizon; }

  static FamilyModel model;
  static codegen::EmittedC emitted;
  static std::string selfTest;
  static std::vector<codegen::GoldenVector> golden;
  static std::unique_ptr<LoadedModel> loaded;
};

template <uint32_t kSeed> FamilyModel Emitted<kSeed>::model;
template <uint32_t kSeed> codegen::EmittedC Emitted<kSeed>::emitted;
template <uint32_t kSeed> std::string Emitted<kSeed>::selfTest;
template <uint32_t kSeed>
std::vector<codegen::GoldenVector> Emitted<kSeed>::golden;
template <uint32_t kSeed> std::unique_ptr<LoadedModel> Emitted<kSeed>::loaded;

using EmittedApi = Emitted<3>;
/// The model reads the age.
using EmittedAgeApi = Emitted<5>;

TEST_F(EmittedApi, NullPointersHaveTheirCode) {
  auto state = newState();
  std::vector<int16_t> history(window()), out(horizon());
  EXPECT_EQ(loaded->init(nullptr), kNull);
  EXPECT_EQ(loaded->push(nullptr, 1), kNull);
  EXPECT_EQ(loaded->forecast(nullptr, out.data(), horizon()), kNull);
  EXPECT_EQ(loaded->forecast(state.data(), nullptr, horizon()), kNull);
  EXPECT_EQ(
      loaded->predict(nullptr, history.data(), window(), out.data(), horizon()),
      kNull);
  EXPECT_EQ(
      loaded->predict(state.data(), nullptr, window(), out.data(), horizon()),
      kNull);
  EXPECT_EQ(loaded->predict(state.data(), history.data(), window(), nullptr,
                            horizon()),
            kNull);
}

TEST_F(EmittedApi, TooFewCyclesForecastNothing) {
  auto state = newState();
  std::vector<int16_t> out(horizon(), kGuard);
  for (uint32_t i = 0; i + 1 < window(); ++i)
    ASSERT_EQ(loaded->push(state.data(), 16000), kOk);
  EXPECT_EQ(loaded->forecast(state.data(), out.data(), horizon()),
            kShortWindow);
  EXPECT_EQ(out, std::vector<int16_t>(horizon(), kGuard));
  ASSERT_EQ(loaded->push(state.data(), 16000), kOk);
  EXPECT_EQ(loaded->forecast(state.data(), out.data(), horizon()), kOk);

  std::vector<int16_t> history(window(), 16000);
  EXPECT_EQ(loaded->predict(state.data(), history.data(), window() - 1,
                            out.data(), horizon()),
            kShortWindow);
  EXPECT_EQ(
      loaded->predict(state.data(), history.data(), 0, out.data(), horizon()),
      kShortWindow);
}

TEST_F(EmittedApi, ASmallBufferIsNotWritten) {
  auto state = newState();
  std::vector<int16_t> history(window(), 16000), out(horizon(), kGuard);
  EXPECT_EQ(loaded->predict(state.data(), history.data(), window(), out.data(),
                            horizon() - 1),
            kSmallBuffer);
  EXPECT_EQ(out, std::vector<int16_t>(horizon(), kGuard));
}

TEST_F(EmittedApi, NothingBeyondTheBuffersIsWritten) {
  std::vector<int32_t> memory(emitted.stateBytes / 4 + 16, 0x5a5a5a5a);
  int32_t *state = memory.data() + 8;
  std::vector<int16_t> history(window(), 16000), out(horizon() + 16, kGuard);
  ASSERT_EQ(loaded->init(state), kOk);
  ASSERT_EQ(loaded->predict(state, history.data(), window(), out.data() + 8,
                            horizon()),
            kOk);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(memory[i], 0x5a5a5a5a);
    EXPECT_EQ(memory[memory.size() - 1 - i], 0x5a5a5a5a);
    EXPECT_EQ(out[i], kGuard);
    EXPECT_EQ(out[out.size() - 1 - i], kGuard);
  }
}

TEST_F(EmittedApi, OutOfRangeValuesSaturate) {
  std::vector<int16_t> low(horizon()), zero(horizon()), high(horizon()),
      most(horizon());
  auto run = [&](int32_t value, std::vector<int16_t> &out) {
    auto state = newState();
    for (uint32_t i = 0; i < window(); ++i)
      ASSERT_EQ(loaded->push(state.data(), value), kOk);
    ASSERT_EQ(loaded->forecast(state.data(), out.data(), horizon()), kOk);
  };
  run(INT32_MIN, low), run(0, zero), run(INT32_MAX, high), run(32767, most);
  EXPECT_EQ(low, zero);
  EXPECT_EQ(high, most);
  EXPECT_NE(zero, most);
}

TEST_F(EmittedApi, AHistoryCountsByItsNewestCycles) {
  auto state = newState();
  std::vector<int16_t> history(3 * window()), out(horizon()),
      expected(horizon());
  for (size_t i = 0; i < history.size(); ++i)
    history[i] = static_cast<int16_t>(16000 - i);
  ASSERT_EQ(loaded->predict(state.data(), history.data(), history.size(),
                            out.data(), horizon()),
            kOk);
  ASSERT_EQ(loaded->predict(state.data(), history.data() + 2 * window(),
                            window(), expected.data(), horizon()),
            kOk);
  EXPECT_EQ(out, expected);
}

TEST_F(EmittedApi, PushingForgetsTheOldestCycle) {
  auto streamed = newState(), whole = newState();
  std::vector<int16_t> history(window() + 7), out(horizon()),
      expected(horizon());
  for (size_t i = 0; i < history.size(); ++i) {
    history[i] = static_cast<int16_t>(16000 - 3 * i);
    ASSERT_EQ(loaded->push(streamed.data(), history[i]), kOk);
  }
  ASSERT_EQ(loaded->forecast(streamed.data(), out.data(), horizon()), kOk);
  ASSERT_EQ(loaded->predict(whole.data(), history.data(), history.size(),
                            expected.data(), horizon()),
            kOk);
  EXPECT_EQ(out, expected);
  // A forecast changes no history: asking again gives the same.
  ASSERT_EQ(loaded->forecast(streamed.data(), expected.data(), horizon()), kOk);
  EXPECT_EQ(out, expected);
}

TEST_F(EmittedApi, StatesAreIndependent) {
  auto a = newState(), b = newState();
  std::vector<int16_t> before(horizon()), after(horizon());
  for (uint32_t i = 0; i < window(); ++i)
    ASSERT_EQ(loaded->push(a.data(), 16300 - i), kOk);
  ASSERT_EQ(loaded->forecast(a.data(), before.data(), horizon()), kOk);
  for (uint32_t i = 0; i < window(); ++i)
    ASSERT_EQ(loaded->push(b.data(), 14000 - 9 * i), kOk);
  ASSERT_EQ(loaded->forecast(b.data(), after.data(), horizon()), kOk);
  ASSERT_EQ(loaded->forecast(a.data(), after.data(), horizon()), kOk);
  EXPECT_EQ(before, after);
}

TEST_F(EmittedApi, CallsOnDifferentStatesMayRunAtTheSameTime) {
  auto forecasts = [&](int16_t start) {
    std::vector<std::vector<int16_t>> all;
    std::vector<int16_t> history(window());
    auto state = newState();
    for (int16_t round = 0; round < 200; ++round) {
      for (uint32_t i = 0; i < window(); ++i)
        history[i] = static_cast<int16_t>(start - round * 11 - i * 3);
      all.emplace_back(horizon());
      EXPECT_EQ(loaded->predict(state.data(), history.data(), window(),
                                all.back().data(), horizon()),
                kOk);
    }
    return all;
  };
  std::vector<std::vector<int16_t>> one, other;
  std::thread first([&] { one = forecasts(16300); });
  std::thread second([&] { other = forecasts(14000); });
  first.join(), second.join();
  EXPECT_EQ(one, forecasts(16300));
  EXPECT_EQ(other, forecasts(14000));
  EXPECT_NE(one, other);
}

TEST_F(EmittedApi, TheSelfTestPassesAndLeavesANewState) {
  std::vector<int32_t> state(emitted.stateBytes / 4, -1);
  std::vector<int16_t> out(horizon() + 1, kGuard);
  EXPECT_EQ(loaded->selfTest(state.data(), out.data(), horizon()), kOk);
  EXPECT_EQ(out.back(), kGuard);
  EXPECT_EQ(loaded->forecast(state.data(), out.data(), horizon()),
            kShortWindow);
}

TEST_F(EmittedApi, TheSelfTestRefusesMisuse) {
  auto state = newState();
  std::vector<int16_t> out(horizon(), kGuard);
  EXPECT_EQ(loaded->selfTest(nullptr, out.data(), horizon()), kNull);
  EXPECT_EQ(loaded->selfTest(state.data(), nullptr, horizon()), kNull);
  EXPECT_EQ(loaded->selfTest(state.data(), out.data(), horizon() - 1),
            kSmallBuffer);
  EXPECT_EQ(out, std::vector<int16_t>(horizon(), kGuard));
}

TEST_F(EmittedApi, TheSelfTestFailsOnAnyForecastThatDiffers) {
  size_t at = selfTest.find("golden_forecast[");
  for (size_t v = 0; v < golden.size(); ++v) {
    at = selfTest.find("    {", at) + 5;
    std::string first = std::to_string(golden[v].forecast[0]);
    size_t value = selfTest.find(first, at);
    ASSERT_EQ(selfTest.substr(at, value - at), "\n        ");
    std::string wrong = selfTest;
    wrong.replace(value, first.size(),
                  std::to_string(golden[v].forecast[0] ^ 1));
    auto other = LoadedModel::load(emitted, "cell", "-O0", wrong);
    ASSERT_NE(other, nullptr);
    auto state = newState();
    std::vector<int16_t> out(horizon());
    EXPECT_EQ(other->selfTest(state.data(), out.data(), horizon()), kSelfTest);
    // Even then the state is a new one.
    EXPECT_EQ(other->forecast(state.data(), out.data(), horizon()),
              kShortWindow);
  }
}

TEST_F(EmittedApi, ASelfTestOfAnotherInterfaceDoesNotCompile) {
  codegen::EmittedC newer = emitted;
  size_t at = newer.header.find("CELL_ABI ") + 9;
  newer.header.replace(at, 1, "9");
  EXPECT_NE(selfTest.find("#if CELL_ABI != 2\n#error"), std::string::npos);
  EXPECT_NONFATAL_FAILURE(
      LoadedModel::load(newer, "cell", "-O0 2>/dev/null", selfTest),
      "does not compile");
}

/// The same network under other facts: its files have the same names, sizes and
/// symbols.
TEST_F(EmittedApi, FilesOfAnotherCompilationDoNotCompileTogether) {
  Compiler compiler;
  CompileOptions options;
  options.prefix = "cell";
  auto compiled = compiler.compile(model, options);
  ASSERT_TRUE(mlir::succeeded(compiled));
  codegen::EmittedC again = codegen::emitC(compiled->model(), {"cell", {}});
  EXPECT_EQ(again.header, emitted.header);
  EXPECT_EQ(again.source, emitted.source);

  codegen::EmittedC other =
      codegen::emitC(compiled->model(), {"cell", {"Another one."}});
  EXPECT_NE(other.digest.literal(), emitted.digest.literal());
  codegen::EmittedC mixed = emitted;
  mixed.header = other.header;
  EXPECT_NONFATAL_FAILURE(LoadedModel::load(mixed, "cell", "-O0 2>/dev/null"),
                          "does not compile");
  EXPECT_NONFATAL_FAILURE(
      LoadedModel::load(other, "cell", "-O0 2>/dev/null", selfTest),
      "does not compile");
}

TEST_F(EmittedApi, AHeaderFromBeforeDigestsDoesNotCompile) {
  codegen::EmittedC older = emitted;
  size_t at = older.header.find("#define CELL_DIGEST ");
  ASSERT_NE(at, std::string::npos);
  older.header.erase(at, older.header.find('\n', at) + 1 - at);
  EXPECT_NONFATAL_FAILURE(LoadedModel::load(older, "cell", "-O0 2>/dev/null"),
                          "does not compile");
}

TEST_F(EmittedApi, TheDigestCoversTheWeights) {
  FamilyModel other = model;
  Compiler compiler;
  CompileOptions options;
  options.prefix = "cell";
  other.tensors.at("readout.w").values.front() += 0.25f;
  auto compiled = compiler.compile(other, options);
  ASSERT_TRUE(mlir::succeeded(compiled));
  EXPECT_NE(codegen::emitC(compiled->model(), {"cell", {}}).digest.literal(),
            emitted.digest.literal());
}

TEST_F(EmittedApi, WithoutTheAgeThereIsNoTraceOfIt) {
  ASSERT_FALSE(model.features.age);
  EXPECT_EQ(selfTest.find("age"), std::string::npos);
  EXPECT_EQ(emitted.header.find("age"), std::string::npos);
  EXPECT_EQ(emitted.header.find("AGE"), std::string::npos);
  EXPECT_EQ(emitted.source.find("age"), std::string::npos);
}

TEST_F(EmittedApi, AStateThatWasNeverInitialisedIsRefused) {
  std::vector<int16_t> out(horizon(), kGuard);
  auto expectRefused = [&](std::vector<int32_t> state) {
    const std::vector<int32_t> before = state;
    EXPECT_EQ(loaded->push(state.data(), 1), kState);
    EXPECT_EQ(loaded->forecast(state.data(), out.data(), horizon()), kState);
    EXPECT_EQ(state, before);
  };
  const size_t words = emitted.stateBytes / 4;
  for (uint32_t byte = 0; byte < 256; ++byte)
    expectRefused(std::vector<int32_t>(words, int32_t(byte * 0x01010101u)));
  for (int32_t small = -300; small <= 300; ++small)
    expectRefused(std::vector<int32_t>(words, small));
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::vector<int32_t> state(words);
    for (int32_t &word : state)
      word = static_cast<int32_t>(random());
    expectRefused(state);
  }
  EXPECT_EQ(out, std::vector<int16_t>(horizon(), kGuard));
}

TEST_F(EmittedApi, AStateOfAnotherModelIsRefused) {
  codegen::EmittedC other = emitted;
  auto swapTag = [&](const codegen::Digest &digest) {
    std::string tag = llvm::formatv("0x{0:x-8}u", digest.tag());
    size_t at = other.source.find(tag);
    ASSERT_NE(at, std::string::npos);
    other.source.replace(at, tag.size(), "0x41404321u");
  };
  swapTag(emitted.digest);
  auto theirs = LoadedModel::load(other, "cell");
  ASSERT_NE(theirs, nullptr);
  auto state = newState();
  EXPECT_EQ(theirs->push(state.data(), 16000), kState);
  EXPECT_EQ(loaded->push(state.data(), 16000), kOk);
}

TEST(Digest, TagsAreNoUsualMemory) {
  for (int i = 0; i < 20000; ++i) {
    uint32_t tag = codegen::Digest(std::to_string(i)).tag();
    EXPECT_GE(tag, 0x40000000u);
    EXPECT_LT(tag, 0x7fffffffu - 0xffff);
    EXPECT_EQ(tag & 0x8000, 0u);
    EXPECT_NE(tag >> 24, (tag >> 16) & 0xff);
  }
}

/// Or the tests below would mean nothing.
TEST_F(EmittedAgeApi, TheAgeMakesADifference) {
  ASSERT_TRUE(model.features.age);
  auto state = newState();
  std::vector<int16_t> history(window(), 16000), young(horizon()),
      old(horizon());
  ASSERT_EQ(loaded->predict(model, state.data(), history, window(), young),
            kOk);
  for (uint32_t age :
       {0u, 3u, 4u, window() + 1, window() + 7, window() + 400}) {
    ASSERT_EQ(loaded->predict(model, state.data(), history, age, old), kOk);
    EXPECT_NE(young, old) << age;
  }
}

TEST_F(EmittedAgeApi, EachPushIsACycleOfANewCell) {
  auto streamed = newState(), whole = newState();
  std::vector<int16_t> history(window() + 7), out(horizon()),
      expected(horizon());
  for (size_t i = 0; i < history.size(); ++i) {
    history[i] = static_cast<int16_t>(16000 - 3 * i);
    ASSERT_EQ(loaded->push(streamed.data(), history[i]), kOk);
  }
  ASSERT_EQ(loaded->forecast(streamed.data(), out.data(), horizon()), kOk);
  ASSERT_EQ(
      loaded->predict(model, whole.data(), history, window() + 7, expected),
      kOk);
  EXPECT_EQ(out, expected);
  // Init makes it a new cell again.
  ASSERT_EQ(loaded->init(streamed.data()), kOk);
  for (uint32_t i = 0; i < window(); ++i)
    ASSERT_EQ(loaded->push(streamed.data(), history[7 + i]), kOk);
  ASSERT_EQ(loaded->forecast(streamed.data(), out.data(), horizon()), kOk);
  ASSERT_EQ(loaded->predict(model, whole.data(), history, window(), expected),
            kOk);
  EXPECT_EQ(out, expected);
}

TEST_F(EmittedAgeApi, AUsedCellCountsFromItsAge) {
  auto streamed = newState(), whole = newState();
  std::vector<int16_t> history(window(), 15000), out(horizon()),
      expected(horizon());
  ASSERT_EQ(loaded->setAge(streamed.data(), 400), kOk);
  for (int16_t soh : history)
    ASSERT_EQ(loaded->push(streamed.data(), soh), kOk);
  ASSERT_EQ(loaded->forecast(streamed.data(), out.data(), horizon()), kOk);
  ASSERT_EQ(
      loaded->predict(model, whole.data(), history, 400 + window(), expected),
      kOk);
  EXPECT_EQ(out, expected);

  // Or what was pushed is said to be of another age.
  ASSERT_EQ(loaded->setAge(streamed.data(), 3), kOk);
  ASSERT_EQ(loaded->forecast(streamed.data(), out.data(), horizon()), kOk);
  ASSERT_EQ(loaded->predict(model, whole.data(), history, 3, expected), kOk);
  EXPECT_EQ(out, expected);

  // And a forecast of a whole history leaves its age behind.
  ASSERT_EQ(loaded->push(whole.data(), 15000), kOk);
  ASSERT_EQ(loaded->setAge(streamed.data(), 4), kOk);
  ASSERT_EQ(loaded->forecast(streamed.data(), out.data(), horizon()), kOk);
  ASSERT_EQ(loaded->forecast(whole.data(), expected.data(), horizon()), kOk);
  EXPECT_EQ(out, expected);
}

TEST_F(EmittedAgeApi, AgesSaturate) {
  auto state = newState();
  std::vector<int16_t> history(window(), 16000), most(horizon()),
      out(horizon());
  ASSERT_EQ(loaded->predict(model, state.data(), history, 32767, most), kOk);
  for (uint32_t age : {32768u, 65536u, 0x80000000u, UINT32_MAX}) {
    ASSERT_EQ(loaded->predict(model, state.data(), history, age, out), kOk);
    EXPECT_EQ(out, most) << age;
    ASSERT_EQ(loaded->setAge(state.data(), age), kOk);
    for (int16_t soh : history)
      ASSERT_EQ(loaded->push(state.data(), soh), kOk);
    ASSERT_EQ(loaded->forecast(state.data(), out.data(), horizon()), kOk);
    EXPECT_EQ(out, most) << age;
  }
}

TEST_F(EmittedAgeApi, TheSelfTestPassesAtItsAges) {
  auto state = newState();
  std::vector<int16_t> out(horizon());
  EXPECT_EQ(loaded->selfTest(state.data(), out.data(), horizon()), kOk);
  for (const codegen::GoldenVector &vector : golden) {
    EXPECT_EQ(
        loaded->predict(model, state.data(), vector.window, vector.age, out),
        kOk);
    EXPECT_EQ(out, vector.forecast);
  }
}

TEST_F(EmittedAgeApi, MisuseHasItsCode) {
  auto state = newState();
  std::vector<int32_t> unknown(emitted.stateBytes / 4, -1);
  std::vector<int16_t> history(window(), 16000), out(horizon(), kGuard);
  EXPECT_EQ(loaded->setAge(nullptr, 1), kNull);
  EXPECT_EQ(loaded->setAge(unknown.data(), 1), kState);
  EXPECT_EQ(loaded->predictAt(nullptr, history.data(), window(), 1, out.data(),
                              horizon()),
            kNull);
  EXPECT_EQ(loaded->predictAt(state.data(), history.data(), window() - 1, 1,
                              out.data(), horizon()),
            kShortWindow);
  EXPECT_EQ(loaded->predictAt(state.data(), history.data(), window(), 1,
                              out.data(), horizon() - 1),
            kSmallBuffer);
  EXPECT_EQ(out, std::vector<int16_t>(horizon(), kGuard));
}

} // namespace
