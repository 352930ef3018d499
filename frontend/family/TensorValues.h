// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Other tools store the same weights in other formats of numbers.
#ifndef DLNET_FRONTEND_FAMILY_TENSORVALUES_H
#define DLNET_FRONTEND_FAMILY_TENSORVALUES_H

#include "frontend/family/Safetensors.h"

#include <vector>

namespace dlnet {

/// The numbers of a stored tensor of type F32, F16 or BF16, exactly, or F64,
/// rounded to the nearest; none for another type.
std::vector<float> floatValues(const StoredTensor &stored);

/// Whether floatValues() reads `dtype`.
bool isFloatType(const std::string &dtype);

} // namespace dlnet

#endif // DLNET_FRONTEND_FAMILY_TENSORVALUES_H
