// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function is monotone between the places where its slope is 0, and its slope
// between those where that of the slope is.
#include "passes/fixed/Functions.h"

#include "passes/fixed/FixedPoint.h"

namespace dlnet::fixed {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

double derivative(Activation function, double x) {
  double y = evaluate(function, x);
  switch (function) {
  case Activation::Sigmoid:
    return y * (1 - y);
  case Activation::Tanh:
    return 1 - y * y;
  case Activation::Silu:
    return sigmoid(x) + y * (1 - sigmoid(x));
  case Activation::Gelu: {
    constexpr double kRootOfTwoPi = 2.5066282746310002;
    double normal = std::erfc(-x / std::sqrt(2.0)) / 2;
    return normal + x * std::exp(-x * x / 2) / kRootOfTwoPi;
  }
  case Activation::Exp:
    return y;
  case Activation::Reciprocal:
    return -y * y;
  case Activation::Damped:
    return (1 - std::abs(x)) * std::exp(-std::abs(x));
  }
  return 0;
}

/// Where the slope of a function is 0.
std::vector<double> turns(Activation function) {
  switch (function) {
  case Activation::Silu:
    return {-1.2784645427610738};
  case Activation::Gelu:
    return {-0.7517915246935645};
  case Activation::Damped:
    return {-1.0, 1.0};
  default:
    return {};
  }
}

/// Where the slope of its slope is 0.
std::vector<double> bends(Activation function) {
  switch (function) {
  case Activation::Sigmoid:
  case Activation::Tanh:
    return {0.0};
  case Activation::Silu:
    return {-2.3993572805154676, 2.3993572805154676};
  case Activation::Gelu:
    return {-1.4142135623730951, 1.4142135623730951};
  case Activation::Damped:
    return {-2.0, 0.0, 2.0};
  default:
    return {};
  }
}

template <typename Fn>
Interval<double> extremes(Interval<double> argument,
                          const std::vector<double> &places, Fn fn) {
  auto result = hull(Interval<double>::point(fn(argument.low)),
                     Interval<double>::point(fn(argument.high)));
  for (double place : places)
    if (argument.low < place && place < argument.high)
      result = hull(result, Interval<double>::point(fn(place)));
  return result;
}

/// A reciprocal has no bound where its argument may be 0.
bool isUnbounded(Activation function, Interval<double> argument) {
  return function == Activation::Reciprocal && argument.low <= 0 &&
         argument.high >= 0;
}

} // namespace

Interval<double> imageOf(Activation function, Interval<double> argument) {
  if (isUnbounded(function, argument))
    return {-kInfinity, kInfinity};
  return extremes(argument, turns(function),
                  [&](double x) { return evaluate(function, x); });
}

Interval<double> slopesOf(Activation function, Interval<double> argument) {
  if (isUnbounded(function, argument))
    return {-kInfinity, kInfinity};
  return extremes(argument, bends(function), [&](double x) {
    // All but exp are straight out there.
    if (function != Activation::Exp)
      x = std::clamp(x, -700.0, 700.0);
    return derivative(function, x);
  });
}

bool takesAnyFormat(Activation function) {
  return function != Activation::Exp && function != Activation::Reciprocal;
}

Format argumentFormat(Activation function, Interval<double> recorded) {
  if (!takesAnyFormat(function)) {
    // Below e^-16 nothing is left of Q15.
    if (function == Activation::Exp)
      recorded.low = std::max(recorded.low, std::min(recorded.high, 0.0) - 16);
    double half = std::max((recorded.high - recorded.low) / 2,
                           1e-6 * std::max(1.0, recorded.magnitude()));
    return Format::uniform(16, half / 32767,
                           (recorded.low + recorded.high) / 2);
  }
  double domain = tableDomain(function);
  double magnitude = std::max(recorded.magnitude(), 1.0 / 64);
  if (magnitude < domain)
    domain = powerOfTwoAtLeast(magnitude);
  return Format::uniform(16, domain / 32768);
}

} // namespace dlnet::fixed
