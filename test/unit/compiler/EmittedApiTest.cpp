// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bad input is part of the emitted API's contract: every misuse has its code,
// nothing outside the caller's buffers is touched.
#include "TestModels.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace dlnet::test;

namespace {

constexpr int kOk = 0, kNull = -1, kShortWindow = -2, kSmallBuffer = -3,
              kState = -4;
constexpr int16_t kGuard = 0x5a5a;

class EmittedApi : public testing::Test {
protected:
  static void SetUpTestSuite() {
    model = randomModel(CellKind::Liquid, 3);
    Compiler compiler;
    CompileOptions options;
    options.prefix = "cell";
    auto compiled = compiler.compile(model, options);
    ASSERT_TRUE(mlir::succeeded(compiled));
    emitted = codegen::emitC(compiled->model(), {"cell", {}});
    loaded = LoadedModel::load(emitted, "cell");
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
  static std::unique_ptr<LoadedModel> loaded;
};

FamilyModel EmittedApi::model;
codegen::EmittedC EmittedApi::emitted;
std::unique_ptr<LoadedModel> EmittedApi::loaded;

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

TEST_F(EmittedApi, AStateThatWasNeverInitialisedIsRefused) {
  std::vector<int32_t> state(emitted.stateBytes / 4, -1);
  std::vector<int16_t> out(horizon());
  EXPECT_EQ(loaded->push(state.data(), 1), kState);
  EXPECT_EQ(loaded->forecast(state.data(), out.data(), horizon()), kState);
}

} // namespace
