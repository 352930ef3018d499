// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emitted C in the shape that build systems take: a CMake package, an Arduino
// library, a PlatformIO library, a Zephyr module.
#ifndef DLNET_FRONTEND_PACKAGE_PACKAGE_H
#define DLNET_FRONTEND_PACKAGE_PACKAGE_H

#include "frontend/support/Result.h"

#include <map>
#include <string>
#include <vector>

namespace dlnet::package {

/// Content by path; paths are relative, with / between folders.
using Files = std::map<std::string, std::string>;

/// What is packed.
struct Library {
  std::string prefix; ///< Of public C names; a checked one.
  std::string header, source, selfTest;
  std::vector<std::string> facts;  ///< Lines about the model.
  int64_t window = 0, horizon = 0; ///< In cycles.
  std::string soh;                 ///< What SOH 1.0 is.
  Files certificate;               ///< By name; empty: none.
};

/// What package managers want to know.
struct Publisher {
  std::string version = DLNET_VERSION;
  std::string author = "dlnetc";
  std::string url = "https://dlnet.invalid/";

  /// Whether all three can stand in every kind's files: a version X.Y.Z, an
  /// author of one printable line, a web address.
  Status check() const;
};

/// The kinds of a list such as "cmake,arduino", each at most once.
Result<std::vector<std::string>> parseKinds(const std::string &list);

/// The folder of a package: <prefix>-<kind>.
std::string folderOf(const Library &library, const std::string &kind);

/// The files of one kind of package, all in its folder, and for Arduino the
/// zip of that folder beside it. The same input gives the same bytes.
Result<Files> makePackage(const std::string &kind, const Library &library,
                          const Publisher &publisher);

/// certify.md and certify.json of a folder, for a library of exactly this C.
/// Fails when they cannot be read or their checksums are of other C.
Result<Files> readCertificate(const std::string &folder,
                              const Library &library);

/// A zip of these files, uncompressed and without times, in the order of their
/// paths. Fails, with libzip's message, on paths that no zip can hold.
Result<std::string> zip(const Files &files);

/// `cell_7` as `Cell7`.
std::string camelCase(const std::string &prefix);

} // namespace dlnet::package

#endif // DLNET_FRONTEND_PACKAGE_PACKAGE_H
