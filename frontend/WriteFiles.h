// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several files that appear together or not at all.
#ifndef DLNET_FRONTEND_WRITEFILES_H
#define DLNET_FRONTEND_WRITEFILES_H

#include "frontend/Result.h"

#include <map>
#include <string>

namespace dlnet {

/// Fails where a file that is renamed to `path` would take the place of a
/// folder, a device or a pipe.
Status checkReplaceable(const std::string &path);

/// Writes name -> content into `directory`, which is created, as are folders
/// within it that names such as `src/model.c` say. Everything is written under
/// temporary names first, then renamed; folders made in vain disappear again.
Status writeFiles(const std::string &directory,
                  const std::map<std::string, std::string> &files);

/// The same for one file, in the folder that its path names.
Status writeFile(const std::string &path, const std::string &content);

} // namespace dlnet

#endif // DLNET_FRONTEND_WRITEFILES_H
