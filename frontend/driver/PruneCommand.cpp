// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlnetc prune FAMILY -o PRUNED: a family in which training can go on with
// fewer weights. The pass decides; here its zeros and masks go back to the
// tensors that they came from.
#include "frontend/compile/Compiler.h"
#include "frontend/driver/Commands.h"
#include "frontend/support/WriteFiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

using namespace dlnet;

namespace {

struct Arguments {
  std::string family, output, suffix = "_pruned";
  std::vector<std::string> models;
  bool units = false, replace = false;
  std::string score = "magnitude";
  std::optional<double> ratio, threshold;
  std::optional<int64_t> budgetBytes;
};

void setOptions(lnn::PruneOptions &options, const Arguments &arguments) {
  options.what = arguments.units ? "units" : "blocks";
  options.score = arguments.score;
  if (arguments.ratio)
    options.ratio = *arguments.ratio;
  if (arguments.threshold)
    options.threshold = *arguments.threshold;
  if (arguments.budgetBytes)
    options.budgetBytes = *arguments.budgetBytes;
}

/// Indices of the models to prune, all students where none is named.
Result<std::vector<size_t>>
chooseModels(const Family &family, const std::vector<std::string> &names) {
  std::vector<size_t> chosen;
  for (const std::string &name : names) {
    Result<size_t> index = findModel(family, name);
    if (!index)
      return index.failure();
    chosen.push_back(*index);
  }
  for (size_t i = 0; i < family.models.size() && names.empty(); ++i)
    if (family.models[i].role == "student")
      chosen.push_back(i);
  if (chosen.empty())
    return Failure{"has no student"};
  return chosen;
}

std::vector<float> numbersOf(mlir::Attribute attr) {
  auto elements = mlir::cast<mlir::DenseElementsAttr>(attr).getValues<float>();
  return {elements.begin(), elements.end()};
}

/// Zeros and masks of a pruned network, by the keys of its tensors.
void takeBack(lnn::ModelOp pruned, FamilyModel &model) {
  pruned.walk([&](lnn::AffineOp op) {
    auto keys = op->getAttrOfType<mlir::ArrayAttr>(lnn::kKeysAttr);
    auto masks = op->getAttrOfType<mlir::ArrayAttr>(lnn::kMasksAttr);
    if (!masks)
      return;
    auto key = [&](size_t i) {
      return mlir::cast<mlir::StringAttr>(keys[i]).str();
    };
    for (size_t i = 0; i < masks.size(); ++i) {
      Tensor &weights = model.tensors.at(key(i));
      weights.values = numbersOf(op.getWeights()[i]);
      auto bits =
          mlir::cast<mlir::DenseElementsAttr>(masks[i]).getValues<bool>();
      Tensor mask{weights.shape, {bits.begin(), bits.end()}};
      auto [held, isNew] = model.masks.try_emplace(key(i), mask);
      for (size_t j = 0; j < mask.values.size() && !isNew; ++j)
        held->second.values[j] *= mask.values[j];
      if (densityOf(held->second) == 1)
        model.masks.erase(held);
    }
    model.tensors.at(key(masks.size())).values = numbersOf(op.getBias());
  });
}

/// What was measured and what training did after a prune holds no longer.
void recordPrune(FamilyModel &model) {
  forgetErrors(model);
  std::vector<TrainingStage> &stages = model.trained.stages;
  stages.erase(std::find_if(stages.begin(), stages.end(),
                            [](TrainingStage stage) {
                              return stage >= TrainingStage::Pruned;
                            }),
               stages.end());
  stages.push_back(TrainingStage::Pruned);
}

/// Share of weights that the masks hold at 0, of those of masked matrices.
std::string summary(const FamilyModel &model) {
  size_t weights = 0, masked = 0;
  for (const auto &[key, mask] : model.masks) {
    weights += mask.values.size();
    masked += std::count(mask.values.begin(), mask.values.end(), 0.0f);
  }
  return fmt::format("{} of {} weights masked in {} matrices", masked, weights,
                     model.masks.size());
}

int prune(const Arguments &arguments) {
  Result<Family> family = readFamily(arguments.family);
  if (!family)
    return reportError(family.message());
  Result<std::vector<size_t>> chosen = chooseModels(*family, arguments.models);
  if (!chosen)
    return reportError(
        fmt::format("{}: {}", arguments.family, chosen.message()));
  if (Status writable = checkWritable(arguments.output); !writable)
    return reportError(writable.message());
  lnn::PruneOptions options;
  setOptions(options, arguments);

  Compiler compiler;
  std::string report;
  for (size_t index : *chosen) {
    FamilyModel model = family->models[index];
    auto imported = compiler.import(model, "pruned");
    if (mlir::failed(imported) ||
        mlir::failed(compiler.prune(*imported, options)))
      return reportError(fmt::format("{}: model {} was not pruned{}",
                                     arguments.family, model.name,
                                     compiler.why()));
    takeBack(imported->model(), model);
    recordPrune(model);
    if (!arguments.replace)
      model.name += arguments.suffix;
    report += fmt::format("{}: {}\n", model.name, summary(model));
    if (arguments.replace)
      family->models[index] = std::move(model);
    else
      family->models.push_back(std::move(model));
  }
  // The writer refuses what the reader would: two of one name, a long one.
  if (Status written = writeFamily(*family, arguments.output); !written)
    return reportError(written.message());
  fmt::print("{}", report);
  return 0;
}

} // namespace

void dlnet::addPrune(CLI::App &app, Command &chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "prune", "Zero and mask weights of a family's models, to train on from");
  command->add_option("family", arguments->family, "Family file")->required();
  command
      ->add_option("-o,--output", arguments->output,
                   "Family file to write: the models that there were, and the "
                   "pruned ones after them")
      ->required();
  command->add_option("--model", arguments->models,
                      "Models to prune; default: all students");
  CLI::Option *units =
      command->add_flag("--units", arguments->units,
                        "Whole units: their rows, biases and columns");
  command
      ->add_flag("--blocks",
                 "2x2 blocks of what multiplies the state (the default)")
      ->excludes(units);
  command
      ->add_option("--score", arguments->score,
                   "magnitude (sum of squares), or sensitivity (what it can "
                   "change in the forecast, from recorded ranges)")
      ->check(oneOf({"magnitude", "sensitivity"}))
      ->capture_default_str();
  CLI::Option_group *measure =
      command->add_option_group("measure", "How much goes; exactly one");
  measure
      ->add_option("--ratio", arguments->ratio,
                   "This share of each matrix's blocks, or of the units")
      ->check(CLI::Range(0.0, 1.0));
  measure->add_option("--threshold", arguments->threshold,
                      "What scores below it");
  measure
      ->add_option("--budget-bytes", arguments->budgetBytes,
                   "The least until this many int8 weights are left in what "
                   "can be pruned")
      ->check(CLI::Range(int64_t(0), lnn::kMaxElements));
  measure->require_option(1);
  CLI::Option *suffix =
      command
          ->add_option("--suffix", arguments->suffix,
                       "What the names of pruned models get at their end")
          ->capture_default_str();
  command
      ->add_flag("--replace", arguments->replace,
                 "Write the pruned models in place of those that they came "
                 "from, under their names")
      ->excludes(suffix);
  command->callback([&chosen, arguments] {
    chosen = [arguments] { return prune(*arguments); };
  });
}
