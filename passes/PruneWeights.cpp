// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-prune-weights: what to zero is decided in passes/prune; here is which
// weights of a network go together, and where the zeros and masks are written.
#include "passes/CheckResults.h"
#include "passes/Gains.h"
#include "passes/Lanes.h"
#include "passes/Passes.h"
#include "passes/prune/Prune.h"

#include "llvm/ADT/STLExtras.h"

namespace dlnet::lnn {
#define GEN_PASS_DEF_PRUNEWEIGHTS
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// One weight matrix of an affine, and where it is in the row of all weights.
struct WeightMatrix {
  AffineOp op;
  unsigned index;
  prune::Matrix shape;

  ElementsAttr attr() { return cast<ElementsAttr>(op.getWeights()[index]); }
};

/// What goes or stays together, and what says how much it would be missed.
struct Candidates {
  std::vector<prune::Group> groups, scored;

  void append(const Candidates &other) {
    llvm::append_range(groups, other.groups);
    llvm::append_range(scored, other.scored);
  }
};

/// A row of a bias that goes with a unit.
using UnitBias = std::pair<AffineOp, size_t>;

struct PruneWeights : lnn::impl::PruneWeightsBase<PruneWeights> {
  using PruneWeightsBase::PruneWeightsBase;

  void runOnOperation() override {
    if (failed(checkOptions()) || failed(checkLevel()))
      return signalPassFailure();
    ModelOp model = getOperation();
    Lanes lanes(model);
    collect(lanes);
    if (failed(makeCandidates(lanes)) || failed(score()))
      return signalPassFailure();
    SmallVector<llvm::BitVector> before = lanes.alive();
    choose();
    write();
    SmallVector<llvm::BitVector> after = lanes.alive();
    for (Lanes::Class i = 0; i < lanes.size(); ++i)
      if (lanes.holdsState(i) && before[i].any() && after[i].none()) {
        model.emitError("lnn-prune-weights would leave nothing: the forecast "
                        "would read no unit of the state");
        return signalPassFailure();
      }
  }

private:
  // ---- What can be asked for ----

  LogicalResult checkOptions() {
    auto refuse = [&](const Twine &what) {
      return getOperation().emitError("lnn-prune-weights wants ") << what;
    };
    if (what != "units" && what != "blocks")
      return refuse("what=units or what=blocks, not '" + Twine(what) + "'");
    if (scoreBy != "magnitude" && scoreBy != "sensitivity")
      return refuse("score=magnitude or score=sensitivity, not '" +
                    Twine(scoreBy) + "'");
    int given = hasRatio() + hasThreshold() + hasBudget();
    if (given != 1)
      return refuse("exactly one of ratio, threshold and budget-bytes, not " +
                    Twine(given));
    if (hasRatio() && !(ratio >= 0.0 && ratio <= 1.0))
      return refuse("a ratio from 0 to 1, not ") << ratio.getValue();
    if (hasThreshold() && !(threshold >= 0.0 && std::isfinite(threshold)))
      return refuse("a finite threshold of 0 or more, not ")
             << threshold.getValue();
    if (hasBudget() && budgetBytes < 0)
      return refuse("a budget of 0 bytes or more, not ")
             << budgetBytes.getValue();
    return success();
  }

  bool hasRatio() const { return !std::isnan(ratio); }
  bool hasThreshold() const { return !std::isnan(threshold); }
  bool hasBudget() const { return budgetBytes != -1; }
  bool byUnits() const { return what == "units"; }

  LogicalResult checkLevel() {
    WalkResult result = getOperation().getBody().walk([](Operation *op) {
      if (failed(checkUnformatted(op, "lnn-prune-weights")))
        return WalkResult::interrupt();
      return WalkResult(
          checkResults(op, "lnn-prune-weights takes real-level networks",
                       [](Type type) { return type.isF32(); }));
    });
    return failure(result.wasInterrupted());
  }

  // ---- What may go ----

  /// Whether a value has the units of some state.
  static bool isState(const Lanes &lanes, Value value) {
    auto index = lanes.classOf(value);
    return index && lanes.holdsState(*index);
  }

  void collect(const Lanes &lanes) {
    matrices.clear();
    weights.clear();
    getOperation().getBody().walk([&](AffineOp op) {
      for (auto [index, input] : llvm::enumerate(op.getInputs())) {
        if (!isState(lanes, input) &&
            !(byUnits() && isState(lanes, op.getResult())))
          continue;
        prune::Matrix shape{size_t(sizeOf(op.getResult())),
                            size_t(sizeOf(input)), weights.size()};
        matrices.push_back({op, unsigned(index), shape});
        llvm::append_range(weights, matrices.back().attr().getValues<float>());
      }
    });
  }

  LogicalResult makeCandidates(const Lanes &lanes) {
    sets.clear();
    biases.clear();
    if (byUnits()) {
      for (Lanes::Class i = 0; i < lanes.size(); ++i)
        if (lanes.holdsState(i))
          addUnits(lanes, i);
    } else {
      for (const WeightMatrix &matrix : matrices) {
        auto blocks = prune::blocks(matrix.shape);
        sets.push_back({blocks, blocks});
      }
    }
    if (matrices.empty() || sets.empty())
      return getOperation().emitError(
          "has no state that weights multiply; there is nothing to prune");
    return success();
  }

  void addUnits(const Lanes &lanes, Lanes::Class state) {
    Candidates &units = sets.emplace_back();
    for (int64_t unit = 0; unit < lanes.lanesOf(state); ++unit) {
      prune::Group goes, columns;
      for (const WeightMatrix &matrix : matrices) {
        AffineOp op = matrix.op;
        if (lanes.classOf(op.getResult()) == state)
          prune::addRow(goes, matrix.shape, unit);
        if (lanes.classOf(op.getInputs()[matrix.index]) == state)
          prune::addColumn(columns, matrix.shape, unit);
      }
      llvm::append_range(goes, columns);
      prune::unite(goes);
      units.scored.push_back(scoreBy == "sensitivity" ? columns : goes);
      units.groups.push_back(std::move(goes));
      std::vector<UnitBias> &own = biases.emplace_back();
      getOperation().getBody().walk([&](AffineOp op) {
        if (lanes.classOf(op.getResult()) == state)
          own.emplace_back(op, unit);
      });
    }
  }

  LogicalResult score() {
    scores.clear();
    if (scoreBy == "magnitude") {
      scores = prune::magnitude(weights);
      return success();
    }
    Gains gains;
    if (failed(gains.analyze(getOperation())))
      return failure();
    for (const WeightMatrix &matrix : matrices) {
      AffineOp op = matrix.op;
      auto from = weights.begin() + matrix.shape.first;
      llvm::append_range(
          scores,
          prune::sensitivity({from, from + matrix.shape.size()},
                             gains.magnitudesOf(op.getInputs()[matrix.index]),
                             gains.of(op.getResult())));
    }
    return success();
  }

  // ---- What goes ----

  std::vector<size_t> chooseFrom(const Candidates &from) const {
    std::vector<double> totals = prune::totals(from.scored, scores);
    if (hasRatio())
      return prune::leastShare(totals, ratio);
    if (hasThreshold())
      return prune::below(totals, threshold);
    return prune::downTo(size_t(budgetBytes), totals, from.groups,
                         weights.size());
  }

  void choose() {
    // A share is one of each set; the other measures compare over all of them.
    if (!hasRatio()) {
      Candidates all;
      for (const Candidates &set : sets)
        all.append(set);
      sets = {std::move(all)};
    }
    masks.assign(weights.size(), true);
    size_t first = 0;
    for (const Candidates &set : sets) {
      for (size_t group : chooseFrom(set)) {
        for (size_t weight : set.groups[group])
          masks[weight] = false;
        if (byUnits())
          zeroBiases(biases[first + group]);
        ++(byUnits() ? numUnits : numBlocks);
      }
      first += set.groups.size();
    }
  }

  static void zeroBiases(const std::vector<UnitBias> &unit) {
    for (auto [op, row] : unit) {
      auto values = llvm::to_vector(op.getBias().getValues<float>());
      values[row] = 0.0f;
      op.setBiasAttr(DenseElementsAttr::get(op.getBias().getShapedType(),
                                            ArrayRef<float>(values)));
    }
  }

  /// Zeroes what the masks say, which they join to those of earlier prunes.
  void write() {
    for (WeightMatrix &matrix : matrices) {
      AffineOp op = matrix.op;
      SmallVector<Attribute> all = masksOf(op);
      auto mask = llvm::to_vector(
          cast<DenseElementsAttr>(all[matrix.index]).getValues<bool>());
      auto values = llvm::to_vector(matrix.attr().getValues<float>());
      for (size_t i = 0; i < mask.size(); ++i) {
        mask[i] &= masks[matrix.shape.first + i];
        if (!mask[i])
          values[i] = 0.0f;
      }
      ShapedType type = matrix.attr().getShapedType();
      all[matrix.index] = DenseElementsAttr::get(
          type.clone(IntegerType::get(&getContext(), 1)), ArrayRef<bool>(mask));
      SmallVector<Attribute> zeroed = llvm::to_vector(op.getWeights());
      zeroed[matrix.index] =
          DenseElementsAttr::get(type, ArrayRef<float>(values));
      op->setAttr(kMasksAttr, ArrayAttr::get(&getContext(), all));
      op.setWeightsAttr(ArrayAttr::get(&getContext(), zeroed));
    }
  }

  /// The masks of an affine, of ones where it has none yet.
  SmallVector<Attribute> masksOf(AffineOp op) {
    if (auto masks = op->getAttrOfType<ArrayAttr>(kMasksAttr))
      return llvm::to_vector(masks);
    return llvm::map_to_vector(op.getWeights(), [&](Attribute weights) {
      return Attribute(DenseElementsAttr::get(
          cast<ElementsAttr>(weights).getShapedType().clone(
              IntegerType::get(&getContext(), 1)),
          true));
    });
  }

  std::vector<WeightMatrix> matrices;
  std::vector<float> weights;   ///< Of all of them in a row.
  std::vector<double> scores;   ///< Of each weight.
  std::vector<bool> masks;      ///< Of each weight; false: it goes.
  std::vector<Candidates> sets; ///< Of which a ratio takes its share of each.
  std::vector<std::vector<UnitBias>> biases; ///< Of each unit, over all sets.
};

} // namespace
