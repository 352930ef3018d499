// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whoever mistypes a name wants to read the right one.
#ifndef DLNET_FRONTEND_SUPPORT_SUGGEST_H
#define DLNET_FRONTEND_SUPPORT_SUGGEST_H

#include <string>
#include <vector>

namespace dlnet {

/// The one of `known` that `word` was probably meant to be, or nothing.
std::string nearest(const std::string &word,
                    const std::vector<std::string> &known);

/// "; did you mean 'WORD'?", or nothing.
std::string didYouMean(const std::string &word,
                       const std::vector<std::string> &known);

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_SUGGEST_H
