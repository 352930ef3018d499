// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   temporary files -> fsync -> old files linked aside -> rename -> fsync
//
// Only the renames are seen by others, and each is one step of the filesystem.
#include "frontend/support/WriteFiles.h"

#include "frontend/support/FolderLocks.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <vector>

using namespace dlnet;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = ".dlnet-", kSuffix = ".part";

/// A name that no process uses, in the folder of `target`.
fs::path makeAside(const fs::path &target) {
  static std::random_device random;
  return target.parent_path() /
         fmt::format("{}{:08x}{:08x}{}", kPrefix, random(), random(), kSuffix);
}

bool isAside(const std::string &name) {
  return name.size() > kPrefix.size() + kSuffix.size() &&
         name.rfind(kPrefix, 0) == 0 &&
         name.compare(name.size() - kSuffix.size(), kSuffix.size(), kSuffix) ==
             0;
}

/// What ends a process waits until the files are whole, or gone.
class SignalsHeld {
public:
  SignalsHeld() {
    sigset_t set;
    sigemptyset(&set);
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
      sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, &before);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  SignalsHeld(const SignalsHeld &) = delete;
  SignalsHeld &operator=(const SignalsHeld &) = delete;

private:
  sigset_t before;
};

Failure cannotWrite(const fs::path &path, const std::string &reason) {
  return Failure{
      fmt::format("{}: cannot be written: {}", path.string(), reason)};
}

Failure cannotWrite(const fs::path &path, int reason) {
  return cannotWrite(path, std::strerror(reason));
}

bool isReplaceable(const fs::path &path) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  return !fs::exists(status) || fs::is_regular_file(status);
}

/// Where the file itself is, if `path` is a link to one.
fs::path followed(const fs::path &path) {
  std::error_code error;
  fs::path found = fs::canonical(path, error);
  return error ? path : found;
}

fs::path folderOf(const fs::path &path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// 0, or the reason why `bytes` are not all in the file.
int writeOut(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return errno;
    bytes.remove_prefix(size_t(count));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

/// 0, or why a new file `path` with the content is not there.
int createFile(const fs::path &path, std::string_view bytes, mode_t mode) {
  int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0)
    return errno;
  int reason = writeOut(descriptor, bytes);
  if (::close(descriptor) != 0 && reason == 0)
    reason = errno;
  return reason;
}

/// 0, or why the renames in `folder` may not have reached the disk.
int syncFolder(const fs::path &folder) {
  int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return 0; // One may write to a folder that one cannot read.
  // Some filesystems do not sync folders.
  int reason = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
  ::close(descriptor);
  return reason;
}

/// Files on their way to the disk; where one fails, all are taken back.
class Transaction {
public:
  explicit Transaction(const OutputFiles &files) {
    for (const auto &[path, content] : files)
      outputs.push_back({path, followed(path), {}, {}, content, false, false});
  }
  Transaction(const Transaction &) = delete;
  Transaction &operator=(const Transaction &) = delete;
  ~Transaction() { takeBack(); }

  Status run() {
    if (Status made = makeFolders(); !made)
      return made;
    SignalsHeld signals;
    Status status = write();
    if (!status)
      takeBack();
    return status;
  }

private:
  struct Output {
    fs::path named;  ///< As the caller says it.
    fs::path target; ///< Without links.
    fs::path aside;  ///< Empty: not there, or renamed already.
    fs::path kept;   ///< Another name of what was there before.
    std::string_view content;
    bool replaces = false; ///< Something was there before.
    bool placed = false;
  };

  Status makeFolders();
  Status makeFolder(const fs::path &folder);
  Status write();
  Status stage(Output &output);
  Status place(Output &output);
  void removeForgotten(const fs::path &folder) const;
  void takeBack();

  std::vector<Output> outputs;
  std::vector<fs::path> made; ///< Folders, the outermost first.
  FolderLocks locks;
};

Status Transaction::makeFolder(const fs::path &folder) {
  std::error_code error;
  std::vector<fs::path> missing;
  for (fs::path each = folder; !each.empty() && !fs::exists(each, error);
       each = each.parent_path())
    missing.push_back(each);
  error.clear();
  for (auto each = missing.rbegin(); each != missing.rend() && !error; ++each)
    if (fs::create_directory(*each, error))
      made.push_back(*each);
  if (!error && !fs::is_directory(folder, error) && !error)
    error = std::make_error_code(std::errc::not_a_directory);
  if (!error)
    return success();
  return Failure{fmt::format("{}: cannot create the folder: {}",
                             folder.string(), error.message())};
}

Status Transaction::makeFolders() {
  std::set<fs::path> folders;
  for (const Output &output : outputs)
    folders.insert(folderOf(output.target));
  constexpr int kMostTries = 100; // Each is another writer's failure.
  for (int i = 0; i < kMostTries; ++i) {
    for (const fs::path &folder : folders)
      if (Status status = makeFolder(folder); !status)
        return status;
    if (locks.acquire(folders))
      break;
  }
  for (const fs::path &folder : folders)
    removeForgotten(folder);
  return success();
}

void Transaction::removeForgotten(const fs::path &folder) const {
  if (!locks.holds(folder))
    return;
  std::error_code error;
  std::vector<fs::path> forgotten;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (isAside(entry->path().filename().string()))
      forgotten.push_back(entry->path());
  for (const fs::path &each : forgotten)
    fs::remove(each, error);
}

Status Transaction::stage(Output &output) {
  if (!isReplaceable(output.target))
    return cannotWrite(output.named, "not a regular file");
  struct stat before;
  output.replaces = ::stat(output.target.c_str(), &before) == 0;
  output.aside = makeAside(output.target);
  if (int reason = createFile(output.aside, output.content, 0666))
    return cannotWrite(output.named, reason);
  if (output.replaces &&
      ::chmod(output.aside.c_str(), before.st_mode & 0777) != 0)
    return cannotWrite(output.named, errno);
  return success();
}

Status Transaction::place(Output &output) {
  fs::path kept = makeAside(output.target);
  if (output.replaces) {
    // Filesystems without links cannot take back; all others can.
    if (::link(output.target.c_str(), kept.c_str()) == 0)
      output.kept = kept;
    else if (errno == ENOENT)
      output.replaces = false; // Somebody removed it meanwhile.
    else if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
      return cannotWrite(output.named, errno);
  }
  if (::rename(output.aside.c_str(), output.target.c_str()) != 0)
    return cannotWrite(output.named, errno);
  output.aside.clear();
  output.placed = true;
  return success();
}

Status Transaction::write() {
  for (size_t i = 0; i < outputs.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (outputs[i].target == outputs[j].target)
        return cannotWrite(outputs[i].named, "two outputs have this name");
  for (Output &output : outputs)
    if (Status status = stage(output); !status)
      return status;
  std::set<fs::path> changed;
  for (Output &output : outputs) {
    if (Status status = place(output); !status)
      return status;
    changed.insert(folderOf(output.target));
  }
  for (const fs::path &folder : made)
    changed.insert(folderOf(folder));
  for (const fs::path &folder : changed)
    if (int reason = syncFolder(folder))
      return cannotWrite(folder, reason);
  // From here on nothing fails.
  for (Output &output : outputs) {
    output.placed = false;
    if (!output.kept.empty())
      ::unlink(output.kept.c_str());
    output.kept.clear();
  }
  made.clear();
  return success();
}

void Transaction::takeBack() {
  for (Output &output : outputs) {
    if (!output.aside.empty())
      ::unlink(output.aside.c_str());
    if (output.placed && !output.kept.empty())
      ::rename(output.kept.c_str(), output.target.c_str());
    else if (output.placed && !output.replaces)
      ::unlink(output.target.c_str());
    else if (!output.kept.empty())
      ::unlink(output.kept.c_str());
    output.aside.clear();
    output.kept.clear();
    output.placed = false;
  }
  if (made.empty())
    return;
  // Another writer may be about to put its files there.
  locks.acquire({made.begin(), made.end()});
  for (auto folder = made.rbegin(); folder != made.rend(); ++folder)
    ::rmdir(folder->c_str()); // Only if it is empty.
  made.clear();
}

/// A mistake in a path should not make folders.
Status checkFolder(const fs::path &path) {
  if (!path.has_filename())
    return cannotWrite(path, "not the name of a file");
  std::error_code error;
  fs::path folder = folderOf(followed(path));
  if (!fs::is_directory(folder, error))
    return cannotWrite(path, fs::exists(folder, error) ? ENOTDIR : ENOENT);
  return success();
}

} // namespace

Status dlnet::checkReplaceable(const std::string &path) {
  if (isReplaceable(path))
    return success();
  return cannotWrite(path, "not a regular file");
}

Status dlnet::checkWritable(const std::string &path) {
  if (Status status = checkFolder(path); !status)
    return status;
  fs::path target = followed(path);
  if (Status status = checkReplaceable(target.string()); !status)
    return status;
  SignalsHeld signals;
  fs::path aside = makeAside(target);
  int reason = createFile(aside, "", 0666);
  ::unlink(aside.c_str());
  if (reason)
    return cannotWrite(path, reason);
  return success();
}

Status dlnet::writeFiles(const OutputFiles &files) {
  return Transaction(files).run();
}

Status dlnet::writeFiles(const std::string &directory,
                         const OutputFiles &files) {
  OutputFiles within;
  for (const auto &[name, content] : files)
    within[(fs::path(directory) / name).string()] = content;
  return writeFiles(within);
}

Status dlnet::writeFile(const std::string &path, const std::string &content) {
  if (Status status = checkFolder(path); !status)
    return status;
  return writeFiles({{path, content}});
}
