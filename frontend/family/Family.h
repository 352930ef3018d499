// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The family file: a teacher and its students with everything that is needed
// to compile them without the data set. The trainer writes it, the compiler
// reads it, and nothing else is shared between the two.
#ifndef DLNET_FRONTEND_FAMILY_FAMILY_H
#define DLNET_FRONTEND_FAMILY_FAMILY_H

#include "frontend/network/SohNetwork.h"
#include "frontend/support/Result.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dlnet {

/// What SOH 1.0 is: the nominal capacity, or the cell's own initial one, the
/// median of its first kInitialCycles.
enum class SohKind { Nominal, Initial };

inline constexpr int64_t kInitialCycles = 5;

/// What training did to a model, in the order in which it can happen.
enum class TrainingStage { Distilled, Pruned, Recovered, QuantizationAware };

const char *name(SolverKind kind);
const char *name(SohKind kind);
const char *name(TrainingStage stage);

/// Mean absolute errors of SOH over the horizon.
struct MeasuredError {
  std::optional<double> maeFloat, maeInt8;
  /// digestOf the model that was measured. Empty in files from before there
  /// were digests: nobody can tell whether they are of these weights.
  std::string digest;

  bool isVerifiable() const { return !digest.empty(); }
};

/// How a model came about, beyond fitting it to data.
struct TrainingRecord {
  std::vector<TrainingStage> stages;  // each at most once, in order
  std::optional<std::string> teacher; // what it was distilled from
};

/// One network with its preprocessing; `tensors` are keyed without the
/// model's name ("cell.wf", "readout.w", "basis.curves", ...). It is what its
/// recipe says, or `composed`; of a composed one the recipe has only window and
/// horizon, and training cannot go on.
struct FamilyModel : network::SohRecipe {
  std::optional<network::Graph> composed;
  std::string name;
  std::string role; // "student" or "teacher"
  uint64_t seed = 0;
  std::map<std::string, MeasuredError> measured; // "validation", "test"
  /// Errors that the file states, but of other weights: their digest is not
  /// that of this model. They are kept, and quoted nowhere.
  std::map<std::string, MeasuredError> outdated;
  TrainingRecord trained;
  Tensors tensors;
  /// 0 or 1 for each element of a weight matrix, by the matrix's key; where it
  /// is 0 the weight is 0, and training leaves it so. Matrices without an
  /// entry are dense. The file holds them as U8 "<model>.mask.<key>".
  Tensors masks;

  const Tensor &tensor(const std::string &key) const { return tensors.at(key); }

  bool hasRecipe() const { return !composed; }
  /// Makes it a composed model; window and horizon are those of its first
  /// ports.
  void useGraph(network::Graph graph);
};

/// Which cells trained, chose and judged the models, and what their SOH is.
struct DataRecord {
  std::string source;
  double nominalAh = 1.1; // what SOH 1.0 is, where `soh` is Nominal
  SohKind soh = SohKind::Nominal;
  /// Where the capacity stood in the files and in which unit (ah, mah,
  /// fraction, percent). None: nobody wrote it down.
  std::optional<std::string> column, unit;
  uint64_t splitSeed = 0;
  std::string split = "seeded 60/20/20"; // how the cells were divided
  std::vector<std::string> train, validation, test;
  std::string cleaning;
};

struct Family {
  std::string name;
  std::string producer;
  DataRecord data;
  std::vector<FamilyModel> models;
};

/// What SOH 1.0 is, in one line: "capacity over the nominal 1.1 Ah".
std::string describeSoh(const DataRecord &data);

/// The SOH of the block means that a model was trained on; of a composed model
/// what its window may hold.
Range trainedSoh(const FamilyModel &model);

/// The index of the model of that name, or of the first student where `name` is
/// empty. Fails, naming the models that there are, where it is not there.
Result<size_t> findModel(const Family &family, const std::string &name);

/// Whether `text` may name a family or a model, and so a C symbol:
/// [a-z][a-z0-9_]{0,31}.
bool isIdentifier(const std::string &text);

/// Fails where isIdentifier() does, with a name that would do; `option` is what
/// the name was given by.
Status checkName(const std::string &option, const std::string &name);

/// What a model computes: its own graph, or the one of its recipe.
network::Graph graphOf(const FamilyModel &model);

/// The name of a model's cell; "graph" for a composed model.
std::string kindOf(const FamilyModel &model);

/// The tensors that a model must have, with their shapes.
std::map<std::string, std::vector<int64_t>>
expectedTensors(const FamilyModel &model);

/// As of the model's graph.
int64_t countParameters(const FamilyModel &model);
int64_t countMacs(const FamilyModel &model);

/// SHA-256 of all that decides a model's outputs, in float and in int8: its
/// architecture, solver, features, recorded ranges, tensors and masks. Its
/// name, role, seed and history do not count.
std::string digestOf(const FamilyModel &model);

/// Records the errors of these very weights on a split.
void recordErrors(FamilyModel &model, const std::string &split,
                  std::optional<double> maeFloat,
                  std::optional<double> maeInt8);

/// One line that names the splits whose errors are outdated, of which there
/// must be one.
std::string describeOutdated(const FamilyModel &model);

/// Forgets all errors: the weights are no longer those that were measured.
void forgetErrors(FamilyModel &model);

/// Share of ones in a mask.
double densityOf(const Tensor &mask);

/// Reads and fully checks a family file. Every malformed input yields one
/// message that names the offending key.
Result<Family> readFamily(const std::string &path);

/// The same from bytes in memory; `origin` is named in messages unless empty.
Result<Family> parseFamily(const std::string &bytes, const std::string &origin);

/// The file's bytes: the same family gives the same bytes. Fails on a family
/// that `parseFamily` would refuse.
Result<std::string> serializeFamily(const Family &family);

/// Writes the file whole or not at all, as writeFile() does.
Status writeFamily(const Family &family, const std::string &path);

} // namespace dlnet

#endif // DLNET_FRONTEND_FAMILY_FAMILY_H
