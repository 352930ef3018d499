// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   window --> block means --+--> difference --> clamp --.
//                            +--> - last ----------------+--> stack -->
//                            normalize
//                            +---------------------------+
//   age ------------------------------------------------'
#include "frontend/network/inputs/SohFeatures.h"

#include "passes/fixed/Choose.h"

namespace dlnet::network {

Value buildFeatures(GraphBuilder &builder, const Features &features,
                    const Calibration &ranges, int64_t blocks, Value window,
                    Value last, Value age) {
  Shape means = {blocks};
  Value level = builder.add("level", BlockMean{}, {window}, means);
  Value difference = builder.add("difference", Difference{}, {level}, means);
  double clip = features.differenceClip / features.differenceScale;
  Value clipped =
      builder.add("difference", Clamp{-clip, clip}, {difference}, means);
  Value relative = builder.binary("relative", Sub{}, level, last);
  std::vector<Value> columns = {clipped, relative, level};
  Normalize normalize = {
      {0.0, 0.0, features.levelOffset},
      {features.differenceScale, features.relativeScale, features.levelScale}};
  // Recorded after normalization; here they are SOH again, or cycles.
  auto before = [](const Range &range, double offset, double scale) {
    return Range{range.low / scale + offset, range.high / scale + offset};
  };
  std::vector<Range> recorded = {
      before(ranges.difference, 0, features.differenceScale),
      before(ranges.relative, 0, features.relativeScale),
      before(ranges.level, features.levelOffset, features.levelScale)};
  if (age) {
    columns.push_back(age);
    normalize.offset.push_back(features.age->offset);
    normalize.scale.push_back(features.age->scale);
    Range cycles =
        before(ranges.age, features.age->offset, features.age->scale);
    Interval<double> ages = fixed::recordedAges({cycles.low, cycles.high});
    recorded.push_back({ages.low, ages.high});
  }
  Shape rows = {blocks, int64_t(columns.size())};
  Value stacked = builder.add("inputs", Stack{}, columns, rows);
  builder.record(stacked, recorded);
  return builder.add("inputs", normalize, {stacked}, rows);
}

} // namespace dlnet::network
