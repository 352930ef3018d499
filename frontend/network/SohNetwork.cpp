// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   soh -----+--> features --> scan of a cell --> basis curves --+--> forecast
//            +--> last ------------------------------------------'
#include "frontend/network/SohNetwork.h"

#include "frontend/network/CellGraph.h"
#include "frontend/network/readouts/BasisCurves.h"

namespace dlnet::network {

Graph buildSohNetwork(const SohRecipe &recipe) {
  GraphBuilder builder;
  Value window = builder.input(sohPort("soh", Rate::Window), {recipe.window});
  Value age = recipe.features.age ? builder.input(agePort(), {1}) : Value();
  Value last = builder.add("last", Last{}, {window}, {1});
  Value inputs = buildFeatures(builder, recipe.features, recipe.ranges,
                               recipe.blocks(), window, last, age);
  Value zero = builder.add("state", Splat{0}, {}, {recipe.units});
  Value state =
      builder.scan("recurrence", inputs, zero, [&](Value row, Value held) {
        return buildCell(builder, recipe.cell, recipe.solver, held, row);
      });
  builder.record(state, {recipe.ranges.state});
  BasisCurves curves = {recipe.basis, recipe.horizon, recipe.outputScale,
                        recipe.ranges.coefficients};
  builder.output(sohPort("forecast", Rate::Once),
                 buildBasisCurves(builder, curves, state, last));
  return builder.finish();
}

} // namespace dlnet::network
