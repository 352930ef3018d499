// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lnn-select-pareto: the choice that is usually made by eye from a plot. It is
// made on what each model costs and loses on the target, and says why.
#include "passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

namespace dlnet::lnn {
#define GEN_PASS_DEF_SELECTPARETO
#include "passes/Passes.h.inc"
} // namespace dlnet::lnn

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using llvm::formatv;

namespace {

/// What is to be small, in the order in which reasons list it.
enum Figure { Mae, Flash, Ram, Cycles };
constexpr std::array<StringLiteral, 4> kFigureNames = {"mae", "flash", "ram",
                                                       "cycles"};
/// The most accurate comes first; of equal ones the fastest, then the smallest.
constexpr std::array<Figure, 4> kPreference = {Mae, Cycles, Flash, Ram};

struct Candidate {
  ModelOp model;
  /// Whole numbers but for the error; all are exact in a double.
  std::array<double, 4> figures;
  /// One that is no worse in anything and better in something.
  const Candidate *dominator = nullptr;

  StringRef name() const { return ModelOp(model).getSymName(); }
};

bool dominates(const Candidate &a, const Candidate &b) {
  return a.figures != b.figures &&
         llvm::all_of(llvm::zip(a.figures, b.figures), [](auto pair) {
           return std::get<0>(pair) <= std::get<1>(pair);
         });
}

bool isPreferred(const Candidate &a, const Candidate &b) {
  for (Figure figure : kPreference)
    if (a.figures[figure] != b.figures[figure])
      return a.figures[figure] < b.figures[figure];
  return false;
}

std::string text(double value) {
  return formatv("{0}", llvm::format("%.10g", value));
}

/// Six digits tell errors apart; the other figures are whole.
std::string text(Figure figure, double value) {
  return figure == Mae ? formatv("{0}", llvm::format("%.6g", value)).str()
                       : text(value);
}

/// "mae=0.002 against 0.0021", of two candidates' figures.
std::string compare(Figure figure, const Candidate &a, const Candidate &b) {
  return formatv("{0}={1} against {2}", kFigureNames[figure],
                 text(figure, a.figures[figure]),
                 text(figure, b.figures[figure]));
}

/// The figures in which `a` is better.
std::string advantages(const Candidate &a, const Candidate &b) {
  SmallVector<std::string> list;
  for (Figure figure : {Mae, Flash, Ram, Cycles})
    if (a.figures[figure] < b.figures[figure])
      list.push_back(compare(figure, a, b));
  return llvm::join(list, ", ");
}

/// A limit and what a candidate has.
struct Excess {
  StringLiteral name;
  double limit, found;
  double parts; ///< Of one: what is found is shown as so many parts of 1.

  double factor() const { return found / limit; }

  /// What is shown of `found` is never too low: a limit of just that lets the
  /// candidate in.
  std::string text() const {
    double count = std::round(found * parts);
    if (count / parts < found)
      ++count;
    return formatv("{0}={1} instead of {2}", name, ::text(count / parts),
                   ::text(limit));
  }
};

struct SelectPareto : lnn::impl::SelectParetoBase<SelectPareto> {
  using SelectParetoBase::SelectParetoBase;

  void runOnOperation() override {
    SmallVector<Candidate, 0> candidates;
    if (failed(checkOptions()) || failed(collect(candidates)))
      return signalPassFailure();
    llvm::stable_sort(candidates, isPreferred);
    // Dominators are preferred to what they dominate, and the first of them is
    // on the front: what dominates it would dominate that, too.
    for (Candidate &candidate : candidates)
      candidate.dominator = llvm::find_if(
          candidates, [&](auto &other) { return dominates(other, candidate); });
    auto isOnFront = [&](const Candidate &candidate) {
      return candidate.dominator == candidates.end();
    };
    // Whatever dominates a model within the limits is within them as well, so
    // that the first one is on the front.
    const Candidate *chosen = llvm::find_if(
        candidates, [&](auto &candidate) { return over(candidate).empty(); });
    if (chosen == candidates.end())
      return refuse(candidates);
    for (const Candidate &candidate : candidates) {
      bool onFront = isOnFront(candidate);
      numFront += onFront;
      numOverBudget += onFront && !over(candidate).empty();
      candidate.model->setAttr(kVerdictAttr, onFront ? judge(candidate, *chosen)
                                                     : dismiss(candidate));
    }
  }

private:
  LogicalResult checkOptions() {
    auto isLimit = [](double value) {
      return value >= 0 && std::isfinite(value);
    };
    if (flash >= 0 && ram >= 0 && isLimit(ms) && isLimit(mae) &&
        isLimit(clockMhz) && clockMhz > 0)
      return success();
    return getOperation().emitError("lnn-select-pareto wants limits that are "
                                    "not negative and a positive clock; found "
                                    "flash=")
           << flash.getValue() << " ram=" << ram.getValue()
           << " ms=" << text(ms) << " mae=" << text(mae)
           << " clock-mhz=" << text(clockMhz);
  }

  LogicalResult collect(SmallVectorImpl<Candidate> &candidates) {
    for (auto model : getOperation().getOps<ModelOp>()) {
      auto cost = model->getAttrOfType<DictionaryAttr>(kCostAttr);
      if (!cost)
        return model.emitError("model ")
               << model.getSymName() << " has no cost; run lnn-annotate-cost";
      auto measured = model->getAttrOfType<DictionaryAttr>(kMeasuredAttr);
      auto error = measured ? measured.getAs<FloatAttr>("mae_int8") : nullptr;
      if (!error) {
        InFlightDiagnostic diag = model.emitError("model ")
                                  << model.getSymName()
                                  << " has no measured int8 error";
        diag.attachNote() << "dlnet-train records it on the validation cells, "
                             "and so does dlnetc evaluate --split validation "
                             "--record";
        return diag;
      }
      auto count = [&](StringRef entry) {
        return static_cast<double>(cost.getAs<IntegerAttr>(entry).getInt());
      };
      candidates.push_back({model,
                            {error.getValueAsDouble(), count("flash"),
                             count("ram"), count("cycles")}});
    }
    if (candidates.empty())
      return getOperation().emitError("has no lnn.model to select");
    return success();
  }

  /// What is limited, and what the candidate has; within the limits or not.
  SmallVector<Excess> against(const Candidate &candidate) const {
    auto [error, flashBytes, ramBytes, cycles] = candidate.figures;
    SmallVector<Excess> limits = {
        {"flash", static_cast<double>(flash), flashBytes, 1},
        {"ram", static_cast<double>(ram), ramBytes, 1},
        {"ms", ms, cycles / (1e3 * clockMhz), 1e4},
        {"mae", mae, error, 1e6}};
    llvm::erase_if(limits,
                   [](const Excess &limit) { return limit.limit == 0; });
    return limits;
  }

  SmallVector<Excess> over(const Candidate &candidate) const {
    SmallVector<Excess> list = against(candidate);
    llvm::erase_if(
        list, [](const Excess &limit) { return limit.found <= limit.limit; });
    return list;
  }

  static std::string join(ArrayRef<Excess> list) {
    return llvm::join(llvm::map_range(list, std::mem_fn(&Excess::text)), ", ");
  }

  Attribute verdict(StringRef status, const Twine &reason, StringRef by = "") {
    Builder builder(&getContext());
    NamedAttrList entries;
    entries.set("status", builder.getStringAttr(status));
    entries.set("reason", builder.getStringAttr(reason));
    if (!by.empty())
      entries.set("by", FlatSymbolRefAttr::get(&getContext(), by));
    return entries.getDictionary(&getContext());
  }

  /// A candidate of the front.
  Attribute judge(const Candidate &candidate, const Candidate &chosen) {
    if (&candidate == &chosen)
      return verdict("selected", "the most accurate within the budget");
    SmallVector<Excess> excess = over(candidate);
    if (!excess.empty())
      return verdict("over_budget", "over the budget: " + join(excess));
    for (Figure figure : kPreference)
      if (candidate.figures[figure] != chosen.figures[figure])
        return verdict("front", "on the front, but " + chosen.name() +
                                    " is preferred: " +
                                    compare(figure, chosen, candidate));
    return verdict("front", "on the front, but " + chosen.name() +
                                " comes first and is as good");
  }

  /// A candidate that is dominated.
  Attribute dismiss(const Candidate &candidate) {
    const Candidate &better = *candidate.dominator;
    std::string reason = formatv("dominated by {0}: {1}", better.name(),
                                 advantages(better, candidate));
    if (auto excess = over(candidate); !excess.empty())
      reason += "; over the budget: " + join(excess);
    return verdict("dominated", reason, better.name());
  }

  void refuse(ArrayRef<Candidate> candidates) {
    auto worst = [&](const Candidate &candidate) {
      double factor = 0;
      for (const Excess &limit : against(candidate))
        factor = std::max(factor, limit.factor());
      return factor;
    };
    const Candidate *nearest =
        std::min_element(candidates.begin(), candidates.end(),
                         [&](auto &a, auto &b) { return worst(a) < worst(b); });
    getOperation().emitError("no model is within the budget; the nearest, ")
        << nearest->name() << ", needs " << join(over(*nearest));
    signalPassFailure();
  }
};

} // namespace
