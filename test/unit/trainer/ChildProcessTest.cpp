// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whatever the child does, the parent gets an answer and lives.
#include "trainer/mat/ChildProcess.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unistd.h>

using namespace dlnet;

namespace {

TEST(ChildProcess, ReturnsValuesOfAnySize) {
  for (size_t size : {0, 1, 1 << 20}) {
    Result<std::string> result = runApart(
        [&]() -> Result<std::string> { return std::string(size, 'x'); });
    ASSERT_TRUE(result) << result.message();
    EXPECT_EQ(result->size(), size);
  }
}

TEST(ChildProcess, ReturnsFailures) {
  Result<std::string> result =
      runApart([]() -> Result<std::string> { return Failure{"file: bad"}; });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.message(), "file: bad");
}

TEST(ChildProcess, SurvivesACrash) {
  for (int signal : {SIGSEGV, SIGABRT, SIGKILL}) {
    Result<std::string> result = runApart([&]() -> Result<std::string> {
      // As a crash ends a process, past any handler.
      std::signal(signal, SIG_DFL);
      raise(signal);
      return std::string("survived");
    });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.message(), "");
  }
  EXPECT_FALSE(runApart([]() -> Result<std::string> { _exit(3); }));
  EXPECT_FALSE(runApart([]() -> Result<std::string> {
    throw std::runtime_error("out of memory, say");
  }));
}

TEST(ChildProcess, ChangesNothingInTheParent) {
  int touched = 0;
  ASSERT_TRUE(runApart([&]() -> Result<std::string> {
    touched = 1;
    return std::string("done");
  }));
  EXPECT_EQ(touched, 0);
}

} // namespace
