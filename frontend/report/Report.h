// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why this model: everything that the choice rests on, for programs
// (report.json) and for people (report.html, which shows the same content).
#ifndef DLNET_FRONTEND_REPORT_REPORT_H
#define DLNET_FRONTEND_REPORT_REPORT_H

#include "frontend/compile/Candidates.h"

#include <nlohmann/json.hpp>

namespace dlnet::report {

/// What was compiled, and for what.
struct Subject {
  const Family &family;
  const Candidates &candidates;
  const CompileOptions &options;
  Budget budget;
  double seconds = 0; ///< Of compiling and selecting.
};

/// The content of report.json; README.md in this folder says what its keys
/// mean. Compiles the selected model once more, for what only the real level
/// knows, and fails with a diagnostic where that fails.
mlir::FailureOr<nlohmann::json> makeReport(Compiler &compiler,
                                           const Subject &subject);

/// One HTML page that shows a report and needs nothing else: styles, scripts
/// and data are in it, and a policy forbids it to load anything.
std::string renderHtml(const nlohmann::json &report);

/// Size and lifetime of every buffer, and the steps that lifetimes count.
nlohmann::json memoryOf(lnn::ModelOp model, const Cost &cost);

/// One entry for each operation that runs: its shape, work and share.
nlohmann::json layersOf(lnn::ModelOp model, const cost::Target &target);

/// Forecasts of simulated cells in float and in int8, beside the truth. Empty
/// where no simulated cell lives long enough for the model's window.
mlir::FailureOr<nlohmann::json>
forecastsOf(Compiler &compiler, const Family &family, const FamilyModel &source,
            lnn::ModelOp integer, const CompileOptions &options);

/// What 16-bit values can hold, what they held in training and what they hold
/// on simulated windows, and how much of that is clipped. `quantized` is
/// `source` on the real level, with its formats.
mlir::FailureOr<nlohmann::json> quantizationOf(lnn::ModelOp quantized,
                                               const FamilyModel &source);

/// A proof of how far the int8 forecast can be from the float one, and what it
/// assumes, of a model on the real level with its formats.
mlir::FailureOr<nlohmann::json> errorBoundOf(lnn::ModelOp quantized,
                                             const CompileOptions &options);

/// What an operation's location says: the name of its weights or its role.
std::string nameOf(mlir::Location location);

/// `value` with six decimals, which is finer than any figure of SOH means.
double rounded(double value);

} // namespace dlnet::report

#endif // DLNET_FRONTEND_REPORT_REPORT_H
