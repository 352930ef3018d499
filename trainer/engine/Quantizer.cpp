// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   weights --import, discretize, quantize--> real level with formats
//           --lower-to-int8--> integer level --ProgramBuilder--> program
//
// `lnn.lanes` marks on import what training wants to find again: the state, the
// gates and the coefficients, whatever dead units the passes take out.
#include "trainer/engine/Quantizer.h"

#include "frontend/compile/Compiler.h"
#include "passes/FixedFormat.h"
#include "passes/fixed/Choose.h"
#include "passes/fixed/Weights.h"
#include "trainer/engine/ProgramBuilder.h"
#include "trainer/engine/ScanKernel.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

namespace {

/// An attribute lives as long as its context, and each step makes new ones of
/// all weights: after so many the context is replaced.
constexpr int kRunsOfContext = 64;

/// What training reads off the real level.
class RealLevel {
public:
  RealLevel(ModelOp model, const FamilyModel &shape)
      : model(model), shape(shape) {}

  /// Marks what is to be found again; fails on a network that is not of the
  /// form that training under integers knows.
  bool mark() {
    if (!find())
      return false;
    setLanes(scan, 0, shape.units);
    int64_t rows = 0;
    scan.walk([&](ActivateOp gate) {
      setLanes(gate, rows, shape.units);
      rows += shape.units;
    });
    AffineOp coefficients = readout();
    if (coefficients)
      setLanes(coefficients, 0, shape.basis);
    return coefficients && rows == scanShapeOf(shape).rows();
  }

  /// The normalization of the inputs, which the passes may fold away.
  void rememberNormalization() {
    if (auto op = scan.getSequence().getDefiningOp<NormalizeOp>()) {
      offset = op.getOffset().vec();
      scale = op.getScale().vec();
    }
  }

  /// After lnn-quantize.
  bool read(QuantizedModel &to) {
    if (!find() || !readout())
      return false;
    to.window =
        fixed::Format::uniform(16, model.getInputPorts().front().scaleReal());
    to.state = formatOf(scan);
    Operation *inputs = scan.getSequence().getDefiningOp();
    to.inputs = formatOf(inputs);
    if (isa<StackOp>(inputs) && !scale.empty())
      to.inputs = fixed::normalizedFormat(to.inputs, offset, scale);
    readCoefficients(to.coefficients);
    to.stateWeights.assign(size_t(rows() * shape.units), 0.0f);
    scan.walk([&](ActivateOp gate) { readWeights(gate, to.stateWeights); });
    return true;
  }

private:
  bool find() {
    auto scans = llvm::to_vector(model.getBody().getOps<ScanOp>());
    scan = scans.size() == 1 ? scans.front() : ScanOp();
    return scan && scan.isPlain() && scan.getSequence() &&
           scan.getSequence().getDefiningOp();
  }

  AffineOp readout() {
    return scan.getResult().hasOneUse()
               ? dyn_cast<AffineOp>(*scan.getResult().user_begin())
               : AffineOp();
  }

  /// P n
  int64_t rows() {
    int64_t count = 0;
    scan.walk([&](ActivateOp) { count += shape.units; });
    return count;
  }

  void setLanes(Operation *op, int64_t first, int64_t count) {
    SmallVector<int64_t> lanes(count);
    std::iota(lanes.begin(), lanes.end(), first);
    op->setAttr(kLanesAttr, DenseI64ArrayAttr::get(op->getContext(), lanes));
  }

  static ArrayRef<int64_t> lanesOf(Operation *op) {
    return op->getAttrOfType<DenseI64ArrayAttr>(kLanesAttr).asArrayRef();
  }

  static FixedFormat formatOf(Operation *op) {
    return fromAttr(op->getAttrOfType<FixedAttr>(kFormatAttr));
  }

  void readCoefficients(FixedFormat &format) {
    AffineOp op = readout();
    FixedFormat kept = formatOf(op);
    format = kept;
    if (kept.size() == 1)
      return;
    format.scale.assign(size_t(shape.basis), 1.0);
    format.zero.assign(size_t(shape.basis), 0.0);
    for (auto [i, lane] : llvm::enumerate(lanesOf(op))) {
      format.scale[size_t(lane)] = kept.scaleOf(i);
      format.zero[size_t(lane)] = kept.zeroOf(i);
    }
  }

  /// What the int8 weights on the state mean.
  void readWeights(ActivateOp gate, std::vector<float> &to) {
    auto affine = gate.getInput().getDefiningOp<AffineOp>();
    if (!affine)
      return;
    auto bits = affine->getAttrOfType<DenseI32ArrayAttr>(kOperandBitsAttr);
    ArrayRef<int64_t> rows = lanesOf(gate), columns = lanesOf(scan);
    for (auto [index, input] : llvm::enumerate(affine.getInputs())) {
      auto state = dyn_cast<BlockArgument>(input);
      auto parent =
          state ? dyn_cast<ScanOp>(state.getOwner()->getParentOp()) : ScanOp();
      if (!parent || parent.getState() != state)
        continue;
      FixedFormat operand = formatOf(parent);
      if (bits[index] == 8)
        operand = fixed::highByteFormat(operand);
      fixed::ByteMatrix bytes = fixed::quantizeRows(
          realVector(cast<ElementsAttr>(affine.getWeights()[index])),
          rows.size(), operand, columns.size());
      for (size_t i = 0; i < bytes.weights.size(); ++i) {
        size_t row = i / columns.size(), column = i % columns.size();
        to[size_t(rows[row] * shape.units + columns[column])] =
            float(bytes.weights[i] * bytes.scales[row] / operand.scale[0]);
      }
    }
  }

  ModelOp model;
  const FamilyModel &shape;
  ScanOp scan;
  std::vector<double> offset, scale;
};

Status checkFinite(const FamilyModel &model) {
  for (const auto &[key, tensor] : model.tensors)
    for (float value : tensor.values)
      if (!std::isfinite(value))
        return Failure{fmt::format("{}.{}: holds {}, which is no weight",
                                   model.name, key, value)};
  return dlnet::success();
}

} // namespace

/// The passes in two runs, because formats stand on the real level alone.
/// Verifying after each pass would take as long as all of them; what is
/// imported is verified, and tests hold the rest.
struct Quantizer::Session {
  explicit Session(const QuantizeOptions &options)
      : formats(&compiler.context), integers(&compiler.context) {
    ToInt8Options passes;
    passes.stateBits = options.stateBits;
    passes.lutBits = options.tableBits;
    passes.knotTolerance = options.knotTolerance;
    buildDiscretizePipeline(formats, passes);
    buildFormatsPipeline(formats, passes);
    buildLowerPipeline(integers, passes);
    formats.enableVerifier(false);
    integers.enableVerifier(false);
  }

  Compiler compiler;
  PassManager formats, integers;
  int runs = 0;
};

Quantizer::Quantizer(const QuantizeOptions &options) : options(options) {}
Quantizer::Quantizer(Quantizer &&) noexcept = default;
Quantizer::~Quantizer() = default;

Result<QuantizedModel> Quantizer::quantize(const FamilyModel &model) {
  if (Status finite = checkFinite(model); !finite)
    return finite.failure();
  if (!session || session->runs++ == kRunsOfContext)
    session = std::make_unique<Session>(options);
  Compiler &compiler = session->compiler;
  auto refused = [&] {
    return Failure{fmt::format("{}: the compiler refuses it{}", model.name,
                               compiler.why())};
  };
  auto compiled = compiler.import(model, "net");
  if (failed(compiled))
    return refused();
  RealLevel real(compiled->model(), model);
  QuantizedModel result;
  if (!real.mark())
    return Failure{model.name + ": training under integers knows one scan, "
                                "with a table for each projection, and one "
                                "affine that reads it"};
  real.rememberNormalization();
  if (failed(session->formats.run(*compiled->module)))
    return refused();
  bool found = real.read(result);
  if (failed(session->integers.run(*compiled->module)))
    return refused();
  Result<IntegerProgram> program = buildProgram(compiled->model());
  if (!found || !program)
    return Failure{fmt::format(
        "{}: {}", model.name,
        found ? program.message() : "the passes left no scan with a readout")};
  result.program = std::move(*program);
  return result;
}
