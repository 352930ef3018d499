// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The files of templates/, which the build turns into strings.
#ifndef DLNET_FRONTEND_PACKAGE_TEMPLATES_H
#define DLNET_FRONTEND_PACKAGE_TEMPLATES_H

#include <string>
#include <vector>

namespace dlnet::package {

/// A file with @fields@ in its path and text.
struct Template {
  std::string path; ///< From templates/ on.
  std::string text;
};

const std::vector<Template> &templates();

} // namespace dlnet::package

#endif // DLNET_FRONTEND_PACKAGE_TEMPLATES_H
