// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where compile time goes: MLIR's own timing prints a tree, a report wants
// numbers, summed over all models.
#ifndef DLNET_FRONTEND_COMPILE_PASSTIMES_H
#define DLNET_FRONTEND_COMPILE_PASSTIMES_H

#include "mlir/Pass/PassManager.h"

#include <chrono>
#include <string>
#include <vector>

namespace dlnet {

/// Wall time of the passes of every pass manager that it was attached to.
class PassTimes {
public:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    std::string name; ///< The pass's argument, `lnn-quantize` say.
    int64_t runs = 0;
    Clock::duration time{};

    double seconds() const {
      return std::chrono::duration<double>(time).count();
    }
  };

  /// Times the passes of `pm` from now on. This must outlive `pm`.
  void attach(mlir::PassManager &pm);

  /// Each pass once, in the order in which they ran first.
  const std::vector<Entry> &entries() const { return list; }
  /// Of all passes, without what the pass managers do between them.
  double seconds() const;
  /// A table of the above, and of what of `total` seconds was no pass.
  std::string table(double total) const;

private:
  class Instrumentation;
  void add(llvm::StringRef name, Clock::duration time);

  std::vector<Entry> list;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_COMPILE_PASSTIMES_H
