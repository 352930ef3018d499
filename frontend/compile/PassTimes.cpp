// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pass instrumentation; adaptors, which only run other passes, have no
// argument and are left out, so that no time counts twice.
#include "frontend/compile/PassTimes.h"

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <fmt/format.h>

#include <algorithm>

using namespace dlnet;

class PassTimes::Instrumentation : public mlir::PassInstrumentation {
public:
  explicit Instrumentation(PassTimes &times) : times(times) {}

  void runBeforePass(mlir::Pass *, mlir::Operation *) override {
    starts.push_back(Clock::now());
  }
  void runAfterPass(mlir::Pass *pass, mlir::Operation *) override {
    Clock::duration time = Clock::now() - starts.back();
    starts.pop_back();
    if (!pass->getArgument().empty())
      times.add(pass->getArgument(), time);
  }
  void runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) override {
    runAfterPass(pass, op);
  }

private:
  PassTimes &times;
  std::vector<Clock::time_point> starts; // of adaptors and what they run
};

void PassTimes::attach(mlir::PassManager &pm) {
  pm.addInstrumentation(std::make_unique<Instrumentation>(*this));
}

void PassTimes::add(llvm::StringRef name, Clock::duration time) {
  auto it = std::find_if(list.begin(), list.end(), [&](const Entry &entry) {
    return entry.name == name;
  });
  if (it == list.end())
    it = list.insert(list.end(), {name.str()});
  ++it->runs;
  it->time += time;
}

double PassTimes::seconds() const {
  double sum = 0;
  for (const Entry &entry : list)
    sum += entry.seconds();
  return sum;
}

std::string PassTimes::table(double total) const {
  std::string text =
      fmt::format("{:<26} {:>6} {:>10} {:>8}\n", "pass", "runs", "ms", "share");
  auto line = [&](const std::string &name, const std::string &runs,
                  double seconds) {
    text += fmt::format("{:<26} {:>6} {:>10.2f} {:>6.1f} %\n", name, runs,
                        1e3 * seconds, total > 0 ? 100 * seconds / total : 0);
  };
  for (const Entry &entry : list)
    line(entry.name, std::to_string(entry.runs), entry.seconds());
  line("everything else", "", total - seconds());
  line("total", "", total);
  return text;
}
