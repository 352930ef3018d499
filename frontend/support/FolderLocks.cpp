// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// flock() ends with its process, however that ends.
#include "frontend/support/FolderLocks.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

using namespace dlnet;

bool FolderLocks::acquire(const std::set<std::filesystem::path> &folders) {
  release();
  for (const std::filesystem::path &folder : folders) {
    int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
      if (errno == ENOENT)
        return false;
      continue; // One may write to a folder that one cannot read.
    }
    struct stat status;
    if (::fstat(descriptor, &status) != 0) {
      ::close(descriptor);
      continue;
    }
    Identity identity{status.st_dev, status.st_ino};
    identities[folder] = identity;
    if (!held.emplace(identity, Held{descriptor, false}).second)
      ::close(descriptor); // Another path of the same folder.
  }

  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + std::chrono::minutes(1);
  for (auto &[identity, each] : held) {
    int status;
    while ((status = ::flock(each.descriptor, LOCK_EX | LOCK_NB)) != 0 &&
           (errno == EWOULDBLOCK || errno == EINTR) && Clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    each.locked = status == 0;
  }
  // A writer that failed may have removed the folder that it had made.
  for (const auto &[folder, identity] : identities) {
    struct stat status;
    if (::stat(folder.c_str(), &status) != 0 ||
        Identity(status.st_dev, status.st_ino) != identity)
      return false;
  }
  return true;
}

bool FolderLocks::holds(const std::filesystem::path &folder) const {
  auto identity = identities.find(folder);
  return identity != identities.end() && held.at(identity->second).locked;
}

void FolderLocks::release() {
  for (const auto &[identity, each] : held)
    ::close(each.descriptor);
  held.clear();
  identities.clear();
}
