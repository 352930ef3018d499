// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All students of a family side by side: compiled, costed and judged, so that
// the choice falls on what each really is on the target.
#ifndef DLNET_FRONTEND_COMPILE_CANDIDATES_H
#define DLNET_FRONTEND_COMPILE_CANDIDATES_H

#include "frontend/compile/Budget.h"
#include "frontend/compile/Compiler.h"

#include <vector>

namespace dlnet {

/// What lnn.cost says of a model.
struct Cost {
  int64_t flash = 0, ram = 0, stack = 0; ///< Bytes.
  int64_t instructions = 0, cycles = 0;  ///< Of one forecast.

  /// Of a forecast.
  double milliseconds(double clockMhz) const {
    return cycles / (1e3 * clockMhz);
  }
};

/// The microcontroller that models are compiled for.
struct Target {
  const cost::Target *core = nullptr;
  double clockMhz = 0;
  int64_t flashWaitStates = 0; ///< Cycles that a read of data in flash waits.
  /// Where constant tables may live; a model is a candidate in each.
  std::vector<codegen::Place> places = {codegen::Place::Flash};
};

/// A model of a family on the integer level. `source` belongs to the family,
/// `model` to the Candidates.
struct Candidate {
  /// The source's; with .ram behind it where other candidates have tables in
  /// flash.
  std::string name;
  const FamilyModel *source = nullptr;
  codegen::Place place = codegen::Place::Flash; ///< Of the constant tables.
  lnn::ModelOp model;
  Cost cost;
  /// From lnn.verdict; `by` is empty unless the model is dominated.
  std::string status, reason, by;
};

class Candidates {
public:
  /// Compiles these models of the family, which must outlive the result, for
  /// each place that the target offers. Fails on the first one that cannot be
  /// compiled; what is wrong with it has been said by diagnostics.
  static Result<Candidates> compile(Compiler &compiler, const Family &family,
                                    const std::vector<size_t> &models,
                                    const CompileOptions &options,
                                    const Target &target);

  /// Runs `lnn-select` on all. Fails with its message when no model is within
  /// the budget or one lacks a measured error.
  Status select(Compiler &compiler, const Budget &budget);

  /// Takes the first model without comparing it, for this reason.
  void accept(const std::string &reason);

  const std::vector<Candidate> &all() const { return list; }
  /// The one that was selected or accepted.
  const Candidate &selected() const { return list[chosen]; }

  /// One line each, most accurate first: errors, costs and the reason of the
  /// verdict. The selected one is marked.
  std::string table() const;

  /// What they were compiled for.
  const Target &forTarget() const { return target; }

private:
  void add(const FamilyModel &source, lnn::ModelOp compiled,
           codegen::Place place);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<Candidate> list;
  size_t chosen = 0;
  Target target;
  bool printIrAfterAll = false; ///< In what select runs, too.
};

/// The indices of all students of a family, in its order.
std::vector<size_t> studentsOf(const Family &family);

} // namespace dlnet

#endif // DLNET_FRONTEND_COMPILE_CANDIDATES_H
