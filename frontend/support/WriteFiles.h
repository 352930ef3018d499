// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one way in which outputs reach the disk: several files appear together
// or not at all, and what was there before is there still after a failure.
#ifndef DLNET_FRONTEND_SUPPORT_WRITEFILES_H
#define DLNET_FRONTEND_SUPPORT_WRITEFILES_H

#include "frontend/support/Result.h"

#include <map>
#include <string>

namespace dlnet {

/// Path -> content.
using OutputFiles = std::map<std::string, std::string>;

/// Fails where a file that is renamed to `path` would take the place of a
/// folder, a device or a pipe.
Status checkReplaceable(const std::string &path);

/// Fails where a file cannot be written to `path` by now: its folder is not
/// there or read-only, or checkReplaceable() fails. To be asked before the
/// work of hours; leaves nothing behind.
Status checkWritable(const std::string &path);

/// Writes all of `files`, which belong together, and makes their folders.
///
/// Everything is written under temporary names in the same folders and brought
/// to the disk, then renamed; a failure takes back what was renamed, and
/// removes temporary files and folders made in vain. Folders are locked
/// meanwhile, so that of two writers at once one's files remain, whole; signals
/// wait. Temporary files of a writer that was killed are removed by the next
/// one. A link is followed, and a replaced file's permissions are kept.
Status writeFiles(const OutputFiles &files);

/// The same for name -> content in `directory`; names such as `src/model.c`
/// say folders in it.
Status writeFiles(const std::string &directory, const OutputFiles &files);

/// The same for one file, in a folder that is there.
Status writeFile(const std::string &path, const std::string &content);

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_WRITEFILES_H
