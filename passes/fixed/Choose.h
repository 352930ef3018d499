// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lnn-quantize decides, value by value: the format that follows from what
// is known of a value. What can be proved from the weights needs no recording;
// recorded ranges decide only where proofs are loose.
#ifndef DLNET_PASSES_FIXED_CHOOSE_H
#define DLNET_PASSES_FIXED_CHOOSE_H

#include "passes/fixed/VectorRange.h"

namespace dlnet::fixed {

/// A value as the choice of its successors' formats sees it.
struct Known {
  Format format;
  double magnitude = 0; ///< Greatest magnitude that its integers may mean.
};

/// Of a value that lies within `range`; an activation's integers say less.
double magnitudeOf(const VectorRange &range);
double magnitudeOfActivation(const VectorRange &range, const Format &format);

/// A state, or anything else of 16 bits: a power of two that holds `magnitude`.
Format wordFormat(double magnitude);
/// The same; of an infinite scale where `magnitude` is infinite.
Format formatOfMagnitude(double magnitude);
/// A constant of this magnitude, which shall be below the power of two.
Format constantFormat(double magnitude);
Format activationFormat();
/// The sums of blocks of `size` elements, read as their means.
Format blockMeanFormat(const Format &element, int64_t size);
/// The finer of the operands' units that 32 bits allow for all three.
Format sumFormat(const Known &lhs, const Known &rhs, double resultMagnitude);
/// The exact product's unit, or a coarser one that fits 32 bits.
Format productFormat(const Known &lhs, const Known &rhs);
/// Only the meaning of the integers changes: (v - offset) * scale.
Format normalizedFormat(const Format &input, const std::vector<double> &offset,
                        const std::vector<double> &scale);

/// The recorded range widened about its middle by `headroom`, but not beyond
/// what is possible at all.
Interval<double> widened(Interval<double> recorded, double headroom,
                         Interval<double> possible);

/// All that the age may be, in charge cycles.
Interval<double> possibleAges();
/// The recorded range of the age, in cycles, as it may choose a column's unit:
/// within what is possible and at least four cycles wide, or else the integers
/// of an age far outside of it would not fit 32 bits.
Interval<double> recordedAges(Interval<double> recorded);

/// Inputs of a network. Each column gets the 16 bits of its range; where its
/// weights are small, its unit grows until the column uses as much of the
/// shared row scale as the others (its own resolution stays >= 9 bits).
/// `largest` is the greatest |weight| on each column.
Format inputsFormat(const std::vector<Interval<double>> &columns,
                    const std::vector<double> &largest);

/// Knots of a forecast: 16 units of theirs are one of the window's, so that
/// what rounds them is hardly seen in what is interpolated.
Format knotFormat(const Format &window, double magnitude);
/// What lies between knots, `step` elements apart: of as many units a knot's,
/// or of a power of two fewer if they do not fit 32 bits.
Format interpolatedFormat(const Known &knots, int64_t step);

/// Argument of tables: their domain, saturating where they are flat anyway.
Format tableFormat(double domain);

/// Sixteen bits for each row of products. The bound from the weights is safe
/// but loose; up to 3 bits of the 16 are given for never clipping, beyond that
/// the recorded range (widened) decides.
Format rowsFormat(const VectorRange &proved,
                  const std::vector<Interval<double>> &recorded);

/// The formats inside a fused step: of the decay, and of x + dt * source.
struct FusedFormats {
  Format decay, numerator;
};
FusedFormats fusedFormats(const Known &state, double sourceMagnitude,
                          Interval<double> decay, double dt);

/// A 16-bit value whose low byte is dropped: the byte is 127.5 on average.
Format highByteFormat(const Format &format);

} // namespace dlnet::fixed

#endif // DLNET_PASSES_FIXED_CHOOSE_H
