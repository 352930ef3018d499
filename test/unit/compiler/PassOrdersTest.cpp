// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inputs of the lit tests, which are of every kind and oddity that passes
// were written for, through every pass and every two of them. Each input is
// tried in a process of its own, so that a crash is one finding among others.
#include "test/tools/pass-orders/PassOrders.h"

#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlnet::test;
namespace fs = std::filesystem;

namespace {

struct Input {
  std::string name; ///< File and number of the section.
  std::string text;
};

std::vector<Input> litInputs() {
  std::vector<fs::path> paths;
  for (const auto &entry : fs::recursive_directory_iterator(DLNET_LIT_INPUTS))
    if (entry.path().extension() == ".mlir")
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Input> inputs;
  for (const fs::path &path : paths) {
    std::ifstream stream(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    llvm::SmallVector<llvm::StringRef> sections;
    llvm::StringRef(text).split(sections, "// -----\n");
    for (auto [i, section] : llvm::enumerate(sections))
      inputs.push_back(
          {path.filename().string() + " section " + std::to_string(i + 1),
           section.str()});
  }
  return inputs;
}

/// What the processes tell the test.
struct Record {
  size_t parsed, runs, done, broken;
  char where[2048]; ///< The steps, as far as they came.
};

class PassOrdersTest : public testing::Test {
protected:
  PassOrdersTest()
      : record(static_cast<Record *>(
            mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~PassOrdersTest() override { munmap(record, sizeof(Record)); }

  using Module = mlir::OwningOpRef<mlir::ModuleOp>;

  /// Runs `work` on each input, apart.
  template <typename Work> void forEachInput(Work work) {
    for (const auto &[index, input] : llvm::enumerate(litInputs())) {
      std::strcpy(record->where, "nowhere");
      size_t brokenBefore = record->broken;
      pid_t child = fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        if (Module module = orders.parse(input.text)) {
          ++record->parsed;
          work(*module, uint32_t(index));
        }
        _exit(0);
      }
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_EQ(record->broken, brokenBefore)
          << input.name << ": left what does not verify after "
          << record->where;
      EXPECT_EQ(status, 0) << input.name << ": died in " << record->where;
    }
    EXPECT_GT(record->parsed, 100u);
    EXPECT_GT(record->done, record->runs / 10);
  }

  /// Runs a step on a copy; the copy, or null when it was refused.
  Module after(size_t step, mlir::ModuleOp module, const std::string &before) {
    std::string what = before + orders.name(step);
    std::strncpy(record->where, what.c_str(), sizeof record->where - 1);
    Module copy(module.clone());
    PassOrders::Outcome outcome = orders.run(step, *copy);
    ++record->runs;
    if (outcome == PassOrders::Outcome::Broken) {
      ++record->broken;
      _exit(0);
    }
    if (outcome != PassOrders::Outcome::Done)
      return {};
    ++record->done;
    return copy;
  }

  PassOrders orders;
  Record *record;
};

TEST_F(PassOrdersTest, EveryPassAndEveryTwoRefuseOrGiveWhatVerifies) {
  forEachInput([this](mlir::ModuleOp module, uint32_t) {
    for (size_t first = 0; first < orders.steps(); ++first)
      if (Module once = after(first, module, ""))
        for (size_t second = 0; second < orders.steps(); ++second)
          after(second, *once, orders.name(first) + ", ");
  });
}

TEST_F(PassOrdersTest, LongOrdersAtRandomDoSoToo) {
  constexpr int kOrders = 3, kSteps = 40;
  forEachInput([&](mlir::ModuleOp module, uint32_t seed) {
    std::mt19937 random(seed);
    for (int order = 0; order < kOrders; ++order) {
      Module at(module.clone());
      std::string before;
      // A step that is refused changes nothing, so that orders get long.
      for (int i = 0; i < kSteps; ++i) {
        size_t step = random() % orders.steps();
        if (Module next = after(step, *at, before)) {
          at = std::move(next);
          before += orders.name(step) + ", ";
        }
      }
    }
  });
}

} // namespace
