// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The published network that this project sets out to better, as a baseline
// (DLNet, arXiv 2601.06227). It has no recurrence over the cycles: a window
// goes in at once, and its ODE runs in a time of its own.
//
//   u [N,W] --encoder--> e --Euler block from h(0) = e--> h
//        h + rho * e --decoder--> forecast [N,H]
#ifndef DLNET_TRAINER_ENGINE_DLNETBLOCK_H
#define DLNET_TRAINER_ENGINE_DLNETBLOCK_H

#include "trainer/engine/Network.h"

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace dlnet {

struct DlnetOptions {
  int64_t window = 100, horizon = 100;
  int64_t hidden = 256; ///< Of encoder and decoder.
  int64_t units = 128;  ///< D, of the state.
  int64_t rank = 4;  ///< r of the block's matrix; 0 for a full one (teacher).
  int64_t steps = 1; ///< Euler steps; the teacher takes 9 over [0, 1].
  double dt = 0.05;  ///< Of one step.
};

class DlnetBlock : public Forecaster {
public:
  DlnetBlock(const DlnetOptions &options, uint64_t seed);

  /// Reads the relative inputs of windows in blocks of one cycle.
  torch::Tensor forward(const torch::Tensor &features) override;

private:
  /// An affine map, and the normalization that follows all but the last.
  struct Layer {
    torch::Tensor w, b, gain, shift;
  };
  Layer makeLayer(const std::string &name, int64_t from, int64_t to,
                  bool normalized, Random &random);
  static torch::Tensor apply(const Layer &layer, const torch::Tensor &rows);
  torch::Tensor derivative(const torch::Tensor &h,
                           const torch::Tensor &drive) const;

  DlnetOptions options;
  std::vector<Layer> encoder, decoder;
  torch::Tensor alpha, beta, rho;      ///< [D]
  torch::Tensor diagonal, left, right; ///< [D], [D, r], [D, r]
  torch::Tensor full;                  ///< [D, D]
};

} // namespace dlnet

#endif // DLNET_TRAINER_ENGINE_DLNETBLOCK_H
