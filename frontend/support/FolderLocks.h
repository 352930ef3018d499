// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two compiles into one folder at once must leave the files of one of them.
// The lock is on the folder itself and leaves no file behind.
#ifndef DLNET_FRONTEND_SUPPORT_FOLDERLOCKS_H
#define DLNET_FRONTEND_SUPPORT_FOLDERLOCKS_H

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

namespace dlnet {

/// Holds folders against other writers until it is destroyed.
class FolderLocks {
public:
  FolderLocks() = default;
  FolderLocks(const FolderLocks &) = delete;
  FolderLocks &operator=(const FolderLocks &) = delete;
  ~FolderLocks() { release(); }

  /// Waits until all of `folders` are free. False when one of them was removed
  /// or replaced meanwhile: the caller makes them anew and asks again. Where a
  /// filesystem knows no locks, or a minute has passed, it goes on without:
  /// a file is whole then as well.
  bool acquire(const std::set<std::filesystem::path> &folders);

  /// Whether `folder` is held, so that temporary files of other writers in it
  /// have no owner any more.
  bool holds(const std::filesystem::path &folder) const;

private:
  using Identity = std::pair<uint64_t, uint64_t>; // device, inode
  struct Held {
    int descriptor;
    bool locked;
  };

  void release();

  std::map<Identity, Held> held; // The same order in all processes.
  std::map<std::filesystem::path, Identity> identities;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_FOLDERLOCKS_H
