// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An error that was measured says nothing about other weights. So it carries
// the digest of the model that it was measured of.
#include "frontend/family/GraphJson.h"
#include "frontend/support/Sha256.h"

#include <fmt/format.h>

namespace dlnet {

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "weights are digested as they are stored, in little endian");

/// Doubles are written with as many digits as tell them apart.
class ModelDigest {
public:
  void number(const char *key, double value) {
    digest.add(fmt::format("{}={}\n", key, value));
  }
  void integer(const char *key, int64_t value) {
    digest.add(fmt::format("{}={}\n", key, value));
  }
  void word(const char *key, const char *value) {
    digest.add(fmt::format("{}={}\n", key, value));
  }
  void range(const char *key, const Range &range) {
    digest.add(fmt::format("{}={},{}\n", key, range.low, range.high));
  }
  void tensors(const char *kind, const std::map<std::string, Tensor> &list) {
    for (const auto &[key, tensor] : list) {
      digest.add(fmt::format("{}.{}", kind, key));
      for (int64_t extent : tensor.shape)
        digest.add(fmt::format(",{}", extent));
      digest.add("\n");
      digest.add({reinterpret_cast<const char *>(tensor.values.data()),
                  tensor.values.size() * sizeof(float)});
    }
  }
  std::string finish() { return digest.finish(); }

private:
  Sha256 digest;
};

/// What files of schema 1 were digested by, so that theirs still hold.
void add(ModelDigest &digest, const network::SohRecipe &model) {
  digest.word("cell", name(model.cell));
  digest.integer("units", model.units);
  digest.integer("window", model.window);
  digest.integer("horizon", model.horizon);
  digest.integer("block", model.block);
  digest.integer("basis", model.basis);
  digest.word("solver", name(model.solver.method));
  digest.integer("steps", model.solver.steps);
  digest.number("dt", model.solver.dt);
  const Features &features = model.features;
  digest.number("difference.scale", features.differenceScale);
  digest.number("difference.clip", features.differenceClip);
  digest.number("relative.scale", features.relativeScale);
  digest.number("level.offset", features.levelOffset);
  digest.number("level.scale", features.levelScale);
  if (features.age) {
    digest.number("age.offset", features.age->offset);
    digest.number("age.scale", features.age->scale);
  }
  digest.number("output_scale", model.outputScale);
  const Calibration &ranges = model.ranges;
  digest.range("range.difference", ranges.difference);
  digest.range("range.relative", ranges.relative);
  digest.range("range.level", ranges.level);
  digest.range("range.state", ranges.state);
  if (features.age)
    digest.range("range.age", ranges.age);
  for (const Range &range : ranges.coefficients)
    digest.range("range.coefficient", range);
}

} // namespace

std::string digestOf(const FamilyModel &model) {
  ModelDigest digest;
  if (model.composed) {
    digest.word("graph", toJson(*model.composed).dump().c_str());
    digest.word("calibration", calibrationOf(*model.composed).dump().c_str());
  } else {
    add(digest, model);
  }
  digest.tensors("tensor", model.tensors);
  digest.tensors("mask", model.masks);
  return digest.finish();
}

void recordErrors(FamilyModel &model, const std::string &split,
                  std::optional<double> maeFloat,
                  std::optional<double> maeInt8) {
  model.measured[split] = {maeFloat, maeInt8, digestOf(model)};
  model.outdated.erase(split);
}

std::string describeOutdated(const FamilyModel &model) {
  std::string splits;
  for (const auto &[split, error] : model.outdated)
    splits += (splits.empty() ? "" : " and ") + split;
  return fmt::format("errors on {} cells are left out: they were measured of "
                     "other weights (dlnetc evaluate --record measures anew)",
                     splits);
}

void forgetErrors(FamilyModel &model) {
  model.measured.clear();
  model.outdated.clear();
}

} // namespace dlnet
