// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An int8 product: one call of a kernel, of which the target has several.
#include "passes/operations/IntegerModel.h"

#include "passes/targets/Packing.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;
using namespace dlnet::lnn::operations;

namespace {

struct MatvecModel : IntegerModel<MatvecModel, MatvecS8Op> {
  static LogicalResult prove(MatvecS8Op op, RangeProof &proof) {
    auto weights = integerElements(op.getWeights());
    size_t rows = sizeOf(op.getResult()), columns = sizeOf(op.getInput());
    IntegerVectorRange result;
    bool dualRow = true;
    for (size_t row = 0; row < rows; ++row) {
      Interval<int64_t> sum{0, 0};
      int64_t magnitude = 0;
      for (size_t column = 0; column < columns; ++column) {
        Interval<int64_t> input = proof.element(op.getInput(), column).all;
        int64_t weight = weights[row * columns + column];
        sum = sum + input * Interval<int64_t>::point(weight);
        magnitude += std::abs(weight) * input.magnitude();
      }
      // Partial sums, in whatever order a kernel adds, stay below this.
      if (magnitude > INT32_MAX)
        return proof.overflow(op, row, {-magnitude, magnitude});
      dualRow &= magnitude < (int64_t(1) << 23);
      result.push_back(IntegerRange::independent(sum));
    }
    // What was decided on another packing, by an earlier run, is void.
    op.setPacking(dualRow ? Packing::DualRow : Packing::BytePair);
    op.setUnroll(false);
    return proof.set(op, result);
  }

  static IntegerStep execute(MatvecS8Op op, IntegerProgram &program) {
    auto values = integerElements(op.getWeights());
    std::vector<int32_t> weights(values.begin(), values.end());
    size_t from = program.slotOf(op.getInput());
    size_t to = program.slotOf(op.getResult());
    return IntegerProgram::Step([&slots = program.slots, weights, from, to] {
      using Matrix = Eigen::Matrix<int32_t, Eigen::Dynamic, Eigen::Dynamic,
                                   Eigen::RowMajor>;
      const IntegerProgram::Slot &in = slots[from];
      Eigen::Map<const Matrix> matrix(weights.data(), slots[to].size(),
                                      in.size());
      slots[to] = (matrix * in.matrix()).array();
    });
  }

  static void plan(MatvecS8Op op, PlanBuilder &builder) {
    Packing packing = *op.getPacking();
    auto elements = integerElements(op.getWeights());
    plan::Product product{static_cast<unsigned>(packing),
                          op.getUnroll(),
                          sizeOf(op.getResult()),
                          sizeOf(op.getInput()),
                          {elements.begin(), elements.end()}};
    cost::PackedWeights packed = cost::packWeights(
        product.rows, product.columns, product.weights,
        static_cast<cost::ProductForm>(packing), product.unrolled);
    bool sparse = isSparse(packing), loops = !op.getUnroll();
    plan::Call call{("matvec_" + stringifyPacking(packing)).str(), {}, {}, ""};
    bool inBytes = packing == Packing::FourRows;
    call.vectors.push_back(
        inBytes ? builder.table("weights", plan::Type::S8,
                                {packed.bytes.begin(), packed.bytes.end()})
                : builder.table("weights", plan::Type::U32,
                                {packed.words.begin(), packed.words.end()}));
    if (sparse && loops)
      call.vectors.push_back(
          builder.table("blocks", plan::Type::U8,
                        {packed.blocks.begin(), packed.blocks.end()}));
    call.vectors.push_back(builder.vectorOf(op.getInput()));
    call.vectors.push_back(builder.resultOf(op));
    // As many counts as the kernel has loops.
    if (!sparse)
      call.counts.push_back(packed.rowBlocks);
    if (loops)
      call.counts.push_back(sparse    ? packed.rowPairs
                            : inBytes ? product.columns
                                      : packed.columnPairs);
    call.note = llvm::formatv("{0}, {1}x{2}", describe(op), product.rows,
                              product.columns);
    call.product = std::move(product);
    builder.add(std::move(call));
  }
};

} // namespace

void operations::registerMatvecS8(MLIRContext &context) {
  MatvecS8Op::attachInterface<MatvecModel>(context);
}
