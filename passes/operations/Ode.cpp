// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A continuous cell. Most passes come after lnn-discretize and see none.
#include "passes/operations/RealModel.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct OdeModel : RealModel<OdeModel, OdeOp> {
  static LogicalResult gains(OdeOp op, const Gains &gains, GainMap &map) {
    std::vector<double> step = map[op.getResult()];
    for (double &each : step)
      each *= op.getDt().convertToDouble();
    map[op.getDerivative()] = step;
    if (failed(gains.backward(op.getBody().front(), map)))
      return failure();
    map.pass(op.getResult(), op.getState());
    map.pass(op.getBody().getArgument(0), op.getState());
    return success();
  }

  static FloatStep execute(OdeOp op, FloatProgram &) {
    return op->emitError("the float executor does not run lnn.ode; run "
                         "lnn-discretize first");
  }
};

} // namespace

void operations::registerOde(MLIRContext &context) {
  OdeOp::attachInterface<OdeModel>(context);
}
