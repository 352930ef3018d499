// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An empirical curve and no electrochemistry: what matters is that a forecast
// has a knee to find and noise to see through.
#include "frontend/series/Simulate.h"

#include "frontend/series/Random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dlnet {

namespace {

constexpr const char *kBatch = "simulated", *kPrefix = "sim-";

} // namespace

Battery simulateBattery(const std::string &name, uint64_t seed) {
  constexpr double kEndOfLife = 0.8, kNoise = 2e-4;
  constexpr int kMostCycles = 2500, kFewestCycles = 220;
  constexpr double kGlitchRate = 1.0 / 600;

  Random random(seed);
  double initial = random.uniform(0.97, 1.0);
  double knee = random.uniform(300, 1500);
  // Batteries that live long also fade slowly before their knee.
  double rootFade = random.uniform(0.2, 0.6) * 1e-3;
  double linearFade = random.uniform(0.006, 0.02) / knee;
  // Cycles from the knee until it alone has cost 0.1 of SOH.
  double kneeSpan = random.uniform(0.25, 0.45) * knee + 40;
  double wiggleSize = random.uniform(1e-4, 6e-4);
  double wigglePeriod = random.uniform(25, 90);
  double wigglePhase = random.uniform(0, 6.283185307179586);

  std::vector<double> raw;
  for (int cycle = 0; cycle < kMostCycles; ++cycle) {
    double past = cycle > knee ? (cycle - knee) / kneeSpan : 0;
    double soh = initial - rootFade * std::sqrt(double(cycle)) -
                 linearFade * cycle - 0.1 * past * past;
    if (soh < kEndOfLife && cycle >= kFewestCycles)
      break;
    soh += wiggleSize *
           std::sin(6.283185307179586 * cycle / wigglePeriod + wigglePhase);
    soh += kNoise * random.normal();
    if (random.uniform() < kGlitchRate)
      soh -= random.uniform(0.02, 0.1);
    raw.push_back(soh);
  }
  return makeBattery(name, kBatch, std::move(raw));
}

std::vector<Battery> simulateFleet(size_t count, uint64_t seed) {
  std::vector<Battery> batteries;
  for (size_t i = 0; i < count; ++i) {
    Random stream(seed ^ (i * 0x9e3779b97f4a7c15u));
    batteries.push_back(
        simulateBattery(fmt::format("{}{:03}", kPrefix, i), stream.next()));
  }
  return batteries;
}

bool holdsSimulated(const std::vector<Battery> &batteries) {
  return std::any_of(
      batteries.begin(), batteries.end(), [](const Battery &battery) {
        return battery.batch == kBatch || battery.name.rfind(kPrefix, 0) == 0;
      });
}

} // namespace dlnet
