// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What passes ask of operations. The answers stand in passes/operations, one
// file an operation or close family, and are attached as external models: this
// folder knows the classes that ask by name only.
#ifndef DLNET_DIALECT_LNNINTERFACES_TD
#define DLNET_DIALECT_LNNINTERFACES_TD

include "mlir/IR/OpBase.td"

def Lnn_RealOpInterface : OpInterface<"RealOpInterface"> {
  let cppNamespace = "::dlnet::lnn";
  let description = [{
    All that passes need to know of an operation of the discretized real level.
    A pass keeps the walk and the bookkeeping; RealModel.h has what an operation
    that says nothing of its own answers.
  }];
  let methods = [
    InterfaceMethod<[{
      Sets the ranges of the results, given those of the operands. What is left
      out has no bound.
    }], "void", "setRanges", (ins "::dlnet::lnn::RealRanges &":$ranges)>,
    InterfaceMethod<[{
      Sets the derivatives of the result by the state of the scan around it,
      given those of the operands, one of which follows the state at least.
    }], "::mlir::LogicalResult", "setSlopes",
      (ins "::dlnet::lnn::Slopes &":$slopes)>,
    InterfaceMethod<[{
      Adds to the gains of the operands what the result's are by them: how much
      the forecast moves with them, at most.
    }], "::mlir::LogicalResult", "passGains",
      (ins "const ::dlnet::lnn::Gains &":$gains,
           "::dlnet::lnn::GainMap &":$map)>,
    InterfaceMethod<[{
      Chooses the fixed-point format of the result, given those of the operands.
    }], "::mlir::LogicalResult", "chooseFormat",
      (ins "::dlnet::lnn::FormatChoice &":$choice)>,
    InterfaceMethod<[{
      A step of the float executor: it reads the operands' slots, writes the
      result's.
    }], "::mlir::FailureOr<::std::function<void()>>", "compileFloat",
      (ins "::dlnet::lnn::detail::Program<float> &":$program)>,
    InterfaceMethod<[{
      Bounds the error that single precision adds to element `i` of the result
      when the operands are exact.
    }], "double", "boundRounding",
      (ins "const ::dlnet::lnn::RealRanges &":$ranges, "size_t":$i)>,
    InterfaceMethod<[{
      Emits the operation on the integer level, in the formats that were chosen.
    }], "::mlir::LogicalResult", "lower",
      (ins "::dlnet::lnn::IntegerLowering &":$lowering)>,
    InterfaceMethod<[{
      Bounds the error of the integer operations that `lower` emits.
    }], "::mlir::LogicalResult", "boundError",
      (ins "::dlnet::lnn::ErrorLowering &":$lowering)>,
  ];
}

def Lnn_IntegerOpInterface : OpInterface<"IntegerOpInterface"> {
  let cppNamespace = "::dlnet::lnn";
  let description = [{
    All that passes need to know of an operation of the integer level, which an
    operation without it is not of.
  }];
  let methods = [
    InterfaceMethod<[{
      Sets the ranges of the results, given those of the operands; emits an error
      and fails where an intermediate could overflow.
    }], "::mlir::LogicalResult", "proveRanges",
      (ins "::dlnet::lnn::RangeProof &":$proof)>,
    InterfaceMethod<[{
      A step of the integer executor: reads the operands' slots, writes the
      result's.
    }], "::mlir::FailureOr<::std::function<void()>>", "compileInteger",
      (ins "::dlnet::lnn::detail::Program<int16_t> &":$program)>,
    InterfaceMethod<[{
      Adds the C of the operation to the plan, at the element that the group is
      at where it is elementwise.
    }], "void", "addToPlan", (ins "::dlnet::lnn::PlanBuilder &":$builder)>,
  ];
}

#endif // DLNET_DIALECT_LNNINTERFACES_TD
