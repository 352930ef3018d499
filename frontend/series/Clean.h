// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Testers drop a cycle now and then, and the capacity of that cycle is wrong
// by several percent. What a model reads may only be repaired with what was
// known at that cycle; filters that look ahead make forecasts look better than
// they can be.
#ifndef DLNET_FRONTEND_SERIES_CLEAN_H
#define DLNET_FRONTEND_SERIES_CLEAN_H

#include <optional>
#include <string>
#include <vector>

namespace dlnet {

/// What the functions below do, in one line for the family file.
inline constexpr const char *kCleaning =
    "up to 10 first cycles dropped while off by more than 1 % from the median "
    "of the next 5; inputs: raw SOH, replaced by the median of the last 5 raw "
    "cycles when off "
    "by more than 0.01; targets: centred 11-cycle Hampel filter (3 sigma, at "
    "least 0.01); batteries with missing stretches or an "
    "unsteady measurement left out";

/// How many cycles at the start are none of the battery's normal life:
/// formation, characterisation, a zero for a cycle that only charged. A cycle
/// counts while it is off by more than 1 % from the median of the five after
/// it, or is not above zero; ten at most. `capacity` is in any unit. The
/// decision is made with the first 15 cycles, before a window of that length is
/// complete, so no forecast rests on cycles that lie ahead of it. No battery of
/// the MIT-Stanford CSV files has such a cycle (the largest deviation is 0.6
/// %); their .mat batches start with zeros.
size_t countOddFirst(const std::vector<double> &capacity);

/// Model inputs, by a causal Hampel identifier of fixed threshold: a value that
/// is off by more than 0.01 from the median of the last five raw cycles (itself
/// included; fewer at the start) is replaced by that median. Causal: element t
/// depends on raw[0..t] only.
std::vector<double> cleanInputs(const std::vector<double> &raw);

/// Forecast targets: a centred 11-cycle Hampel filter. A value is replaced by
/// the median only when it is off by more than three scaled median absolute
/// deviations and by more than 0.01, so only gross isolated glitches go.
std::vector<double> cleanTargets(const std::vector<double> &raw);

/// Says why a series is no true history of a battery, or nothing.
///
/// Missing stretches: where cycles are missing, SOH falls from one row to the
/// next and stays down. A drop counts when the best of the next three cycles is
/// at least 0.002 below the worst of the three before, and by more than three
/// times the usual change a cycle (median over the 20 cycles before). One drop
/// above 0.02, or at least five drops that come more than once in 100 cycles,
/// make the battery unusable. A battery that only fades fast past its knee has
/// no such drops, because its usual change grows with it.
///
/// Unsteady measurement: batteries fade, so a capacity that rises by more than
/// 0.002 in more than every tenth cycle is that of a bad contact.
std::optional<std::string> findFault(const std::vector<double> &raw);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_CLEAN_H
