// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests of readers need real files; each gets a folder that goes with it.
#ifndef DLNET_TEST_UNIT_TRAINER_TEMPORARYFOLDER_H
#define DLNET_TEST_UNIT_TRAINER_TEMPORARYFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace dlnet {

class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "dlnet-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw std::runtime_error("no temporary folder");
    root = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  std::string path(const std::string &name = "") const {
    return (root / name).string();
  }

  /// Writes a file, with the folders above it, and returns its path.
  std::string write(const std::string &name, const std::string &text) const {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary) << text;
    return path(name);
  }

  std::string read(const std::string &name) const {
    std::ostringstream text;
    text << std::ifstream(root / name, std::ios::binary).rdbuf();
    return text.str();
  }

private:
  std::filesystem::path root;
};

} // namespace dlnet

#endif // DLNET_TEST_UNIT_TRAINER_TEMPORARYFOLDER_H
