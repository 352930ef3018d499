// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A forecast as a weighted sum of few curves, so that a long horizon costs few
// weights.
#ifndef DLNET_FRONTEND_NETWORK_READOUTS_BASISCURVES_H
#define DLNET_FRONTEND_NETWORK_READOUTS_BASISCURVES_H

#include "frontend/network/GraphBuilder.h"

namespace dlnet::network {

struct BasisCurves {
  int64_t count = 0, horizon = 0;
  double outputScale = 100.0;
  std::vector<Range> ranges; ///< Of the coefficients; one each, or none.
};

/// last + (basis.mean + basis.curves * c) / outputScale with the coefficients
/// c = readout.w * state + readout.b: the forecast [horizon].
Value buildBasisCurves(GraphBuilder &builder, const BasisCurves &curves,
                       Value state, Value last);

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_READOUTS_BASISCURVES_H
