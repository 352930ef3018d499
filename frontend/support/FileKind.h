// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// People hand over what their library saved. They are told what it is and what
// to do, not how long its header seems to be.
#ifndef DLNET_FRONTEND_SUPPORT_FILEKIND_H
#define DLNET_FRONTEND_SUPPORT_FILEKIND_H

#include <string>
#include <string_view>

namespace dlnet {

/// What a file is that is no safetensors file, by its first bytes and not by
/// its name: "a PyTorch file (a zip archive with a pickle)". Empty for what is
/// not known, and for what may be safetensors.
std::string describeForeignFile(std::string_view bytes);

/// The sentence on how weights come into a family.
extern const char *const kHowToGetAFamily;

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_FILEKIND_H
