// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Powers of two wherever something else than products reads a value, so that
// changes of format are shifts.
#include "passes/fixed/Choose.h"

#include "passes/fixed/FixedPoint.h"

namespace dlnet::fixed {
namespace {

/// Largest magnitude that a 32-bit intermediate is planned for. Rounding may
/// add a unit on the way; lnn-prove-ranges has the last word.
constexpr double kWordLimit = 2147483000.0;

/// Power-of-two scale of a 16-bit value of at most this magnitude.
double scaleFor(double magnitude) {
  return magnitude > 0.0 && std::isfinite(magnitude)
             ? powerOfTwoAtLeast(magnitude) / 32768
             : 1.0 / 32768;
}

/// The finer of `scale` and what a 32-bit word of this magnitude allows.
double fit(double scale, double magnitude) {
  while (magnitude / scale > kWordLimit)
    scale *= 2.0;
  return scale;
}

} // namespace

double magnitudeOf(const VectorRange &range) {
  return hullOf(range).magnitude();
}

double magnitudeOfActivation(const VectorRange &range, const Format &format) {
  return std::min(magnitudeOf(range), 32767 * format.scale[0]);
}

Format wordFormat(double magnitude) {
  return Format::uniform(16, scaleFor(magnitude));
}

Format formatOfMagnitude(double magnitude) {
  return std::isfinite(magnitude) ? wordFormat(magnitude)
                                  : Format::uniform(16, magnitude);
}

Format constantFormat(double magnitude) {
  return Format::uniform(16, scaleFor(magnitude * 32768 / 32767));
}

Format activationFormat() { return Format::uniform(16, 1.0 / 32768); }

Format blockMeanFormat(const Format &element, int64_t size) {
  return Format::uniform(32, element.scale[0] / size, element.zero[0]);
}

Format sumFormat(const Known &lhs, const Known &rhs, double resultMagnitude) {
  double scale = std::min(lhs.format.scale[0], rhs.format.scale[0]);
  for (double magnitude : {lhs.magnitude, rhs.magnitude, resultMagnitude})
    scale = fit(scale, magnitude);
  // One multiplication brings 16 bits no farther.
  for (const Known *operand : {&lhs, &rhs})
    if (operand->format.width == 16)
      scale = std::max(scale, std::ldexp(operand->format.scale[0], -15));
  return Format::uniform(32, scale);
}

Format productFormat(const Known &lhs, const Known &rhs) {
  return Format::uniform(32, fit(lhs.format.scale[0] * rhs.format.scale[0],
                                 lhs.magnitude * rhs.magnitude));
}

Format normalizedFormat(const Format &input, const std::vector<double> &offset,
                        const std::vector<double> &scale) {
  Format result{input.width, {}, {}};
  size_t size = std::max({input.size(), scale.size(), offset.size()});
  for (size_t i = 0; i < size; ++i) {
    double factor = scale[scale.size() == 1 ? 0 : i];
    result.scale.push_back(input.scaleOf(i) * factor);
    result.zero.push_back(
        (input.zeroOf(i) - offset[offset.size() == 1 ? 0 : i]) * factor);
  }
  return result;
}

Interval<double> widened(Interval<double> recorded, double headroom,
                         Interval<double> possible) {
  double middle = (recorded.low + recorded.high) / 2;
  double half = (recorded.high - recorded.low) / 2 * headroom;
  return {std::max(middle - half, possible.low),
          std::min(middle + half, possible.high)};
}

Interval<double> possibleAges() { return {0.0, 32767.0}; }

Interval<double> recordedAges(Interval<double> recorded) {
  auto [first, last] = possibleAges();
  double low = std::clamp(recorded.low, first, last - 4.0);
  return {low, std::clamp(recorded.high, low + 4.0, last)};
}

Format inputsFormat(const std::vector<Interval<double>> &columns,
                    const std::vector<double> &largest) {
  Format format{16, {}, {}};
  double greatest = 0.0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Interval<double> &range = columns[i];
    double half = (range.high - range.low) / 2;
    format.scale.push_back(half > 0.0 ? half / 32767 : 1.0 / 32768);
    format.zero.push_back((range.low + range.high) / 2);
    greatest = std::max(greatest, largest[i] * format.scale[i]);
  }
  for (size_t i = 0; i < columns.size(); ++i)
    if (double share = largest[i] * format.scale[i]; share > 0.0)
      format.scale[i] *= std::min(greatest / share, 128.0);
  return format;
}

Format knotFormat(const Format &window, double magnitude) {
  return Format::uniform(32, fit(window.scale[0] / 16, magnitude));
}

Format interpolatedFormat(const Known &knots, int64_t step) {
  return Format::uniform(
      32, fit(knots.format.scale[0] / double(step), knots.magnitude));
}

Format tableFormat(double domain) {
  return Format::uniform(16, domain / 32768);
}

Format rowsFormat(const VectorRange &proved,
                  const std::vector<Interval<double>> &recorded) {
  Format format{16, {}, {}};
  for (size_t row = 0; row < proved.size(); ++row) {
    double magnitude = proved[row].all.magnitude();
    double seen = recorded[row].magnitude();
    if (seen * 8.0 < magnitude)
      magnitude = seen;
    format.scale.push_back(magnitude > 0.0 ? magnitude / 32767 : 1.0 / 32768);
    format.zero.push_back(0.0);
  }
  return format;
}

FusedFormats fusedFormats(const Known &state, double sourceMagnitude,
                          Interval<double> decay, double dt) {
  double middle = (decay.high + decay.low) / 2;
  // Units that all decay alike leave no width; a unit that fine would put their
  // common decay beyond 32 bits.
  double half =
      std::max({decay.high - decay.low, 1e-6, std::ldexp(middle, -12)}) / 2;
  double numerator = state.magnitude + dt * sourceMagnitude;
  return {Format::uniform(16, half / 32767, middle),
          Format::uniform(
              32, std::max(state.format.scale[0], scaleFor(numerator)))};
}

Format highByteFormat(const Format &format) {
  Format result = format;
  for (size_t i = 0; i < result.size(); ++i) {
    result.zero[i] += 127.5 * result.scale[i];
    result.scale[i] *= 256.0;
  }
  return result;
}

} // namespace dlnet::fixed
