// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// IR as text, as dlnet-opt takes it, through passes in an order that follows
// from the text. Of a file of several sections, as the lit tests have them, one
// is taken.
//
// LLVM's own parser crashes on malformed sparse<...> literals. Such inputs are
// left out, and counted in the line that the end of a run prints.
#include "Fuzz.h"
#include "test/tools/pass-orders/PassOrders.h"

using namespace dlnet;
using namespace dlnet::test;

namespace {

constexpr int kSteps = 8;

struct Counts {
  ~Counts() {
    std::fprintf(stderr,
                 "fuzz: %zu inputs, %zu of them valid IR, %zu left out for "
                 "LLVM's parser of sparse<...>\n",
                 inputs, valid, beyond);
  }
  size_t inputs = 0, valid = 0, beyond = 0;
} counts;

/// FNV-1a.
uint32_t hash(llvm::StringRef text) {
  uint32_t state = 2166136261u;
  for (unsigned char byte : text)
    state = (state ^ byte) * 16777619u;
  return state;
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  PassOrders orders; // Anew, so that each input stands for itself.
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  uint32_t random = hash(text);
  llvm::SmallVector<llvm::StringRef> sections;
  text.split(sections, "// -----\n");
  text = sections[random % sections.size()];
  ++counts.inputs;
  if (PassOrders::isBeyondParser(text)) {
    ++counts.beyond;
    return 0;
  }
  auto module = orders.parse(text);
  if (!module)
    return 0;
  ++counts.valid;
  std::string ran;
  for (int i = 0; i < kSteps; ++i) {
    random = random * 1664525u + 1013904223u;
    size_t step = (random >> 16) % orders.steps();
    mlir::OwningOpRef<mlir::ModuleOp> next(module->clone());
    ran += " " + orders.name(step);
    PassOrders::Outcome outcome = orders.run(step, *next);
    fuzz::require(outcome != PassOrders::Outcome::Broken,
                  "a pass leaves IR that verifies:" + ran);
    if (outcome == PassOrders::Outcome::Done)
      module = std::move(next);
  }
  return 0;
}
