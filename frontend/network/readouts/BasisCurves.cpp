// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   state --> readout --> coefficients --> basis curves --> scale --> + last
#include "frontend/network/readouts/BasisCurves.h"

namespace dlnet::network {

Value buildBasisCurves(GraphBuilder &builder, const BasisCurves &curves,
                       Value state, Value last) {
  Value coefficients =
      builder.affine({state}, {"readout.w"}, "readout.b", curves.count);
  builder.record(coefficients, curves.ranges);
  Value curve = builder.affine({coefficients}, {"basis.curves"}, "basis.mean",
                               curves.horizon);
  Value change =
      builder.add("forecast", Normalize{{0.0}, {1.0 / curves.outputScale}},
                  {curve}, {curves.horizon});
  return builder.binary("forecast", Add{}, change, last);
}

} // namespace dlnet::network
