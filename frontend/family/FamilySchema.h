// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the reader and the writer of family files must agree on: the words of
// the format, its limits, and which tensors may carry a mask.
#ifndef DLNET_FRONTEND_FAMILY_FAMILYSCHEMA_H
#define DLNET_FRONTEND_FAMILY_FAMILYSCHEMA_H

#include "frontend/family/Family.h"

#include <cstddef>
#include <string_view>

namespace dlnet::schema {

inline constexpr char kFormat[] = "dlnet-family";
inline constexpr char kVersion[] = "2";
inline constexpr char kOldVersion[] = "1"; ///< Still read, no longer written.
inline constexpr size_t kMaxModels = 256;
inline constexpr size_t kMaxBatteries = 4096;
inline constexpr size_t kMaxText = 1024;
/// No scale or range of a battery model comes near it; what is beyond would
/// only overflow later and further from its cause.
inline constexpr double kMaxMagnitude = 1e6;

/// The digest of the model that an error was measured of, beside the error.
inline constexpr char kDigestKey[] = "sha256";

/// A mask is the tensor "<model>.mask.<weight>".
inline constexpr std::string_view kMaskPrefix = "mask.";

/// A word of the file and what it stands for.
template <typename Kind> struct Named {
  const char *text;
  Kind kind;
};

#define DLNET_CELL(Name) {cells::Name::kName, CellKind::Name},
inline constexpr Named<CellKind> kCells[] = {DLNET_CELLS(DLNET_CELL)};
#undef DLNET_CELL
inline constexpr Named<SolverKind> kSolvers[] = {
    {"explicit_euler", SolverKind::ExplicitEuler},
    {"fused", SolverKind::Fused},
    {"closed_form", SolverKind::ClosedForm}};
inline constexpr Named<SohKind> kSohs[] = {{"nominal", SohKind::Nominal},
                                           {"initial", SohKind::Initial}};
/// What the numbers of a capacity column may be.
enum class Unit { Ah, MilliAh, Fraction, Percent };
inline constexpr Named<Unit> kUnits[] = {{"ah", Unit::Ah},
                                         {"mah", Unit::MilliAh},
                                         {"fraction", Unit::Fraction},
                                         {"percent", Unit::Percent}};
inline constexpr Named<TrainingStage> kStages[] = {
    {"distilled", TrainingStage::Distilled},
    {"pruned", TrainingStage::Pruned},
    {"recovered", TrainingStage::Recovered},
    {"quantization_aware", TrainingStage::QuantizationAware}};

template <typename Kind, size_t N>
const char *nameOf(const Named<Kind> (&table)[N], Kind kind) {
  for (const Named<Kind> &entry : table)
    if (entry.kind == kind)
      return entry.text;
  return "unknown";
}

} // namespace dlnet::schema

#endif // DLNET_FRONTEND_FAMILY_FAMILYSCHEMA_H
