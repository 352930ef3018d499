// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What fuzz targets share. A target gives a reader any bytes at all; it fails
// by the sanitizers, by libFuzzer's limits on time and memory, or by `require`.
#ifndef DLNET_TEST_FUZZ_FUZZ_H
#define DLNET_TEST_FUZZ_FUZZ_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace dlnet::fuzz {

/// Ends the process, as a finding, where `holds` is false.
inline void require(bool holds, const std::string &what) {
  if (holds)
    return;
  std::fprintf(stderr, "fuzz: broken promise: %s\n", what.c_str());
  std::abort();
}

inline std::string text(const uint8_t *data, size_t size) {
  return {reinterpret_cast<const char *>(data), size};
}

/// Bytes that are taken from the front of an input, zeros at its end.
class Bytes {
public:
  Bytes(const uint8_t *data, size_t size) : at(data), left(size) {}
  bool empty() const { return left == 0; }
  uint8_t next() { return left == 0 ? 0 : (--left, *at++); }
  uint32_t word() {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
      value = value << 8 | next();
    return value;
  }
  /// A number below `limit`.
  uint32_t below(uint32_t limit) { return word() % limit; }

private:
  const uint8_t *at;
  size_t left;
};

/// A file for readers that take a path. There is one at a time, in a folder
/// that goes when the process ends.
class InputFile {
public:
  explicit InputFile(const std::string &name) : path(folder() / name) {}
  ~InputFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  InputFile(const InputFile &) = delete;
  InputFile &operator=(const InputFile &) = delete;

  std::string write(const std::string &bytes) const {
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream.write(bytes.data(), std::streamsize(bytes.size()));
    require(bool(stream.flush()), "the temporary file can be written");
    return path.string();
  }

private:
  static const std::filesystem::path &folder() {
    struct Folder {
      Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "dlnet-fuzz-XXXXXX")
                .string();
        require(mkdtemp(pattern.data()) != nullptr, "there is a folder");
        path = pattern;
      }
      ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
      }
      std::filesystem::path path;
    };
    static const Folder one;
    return one.path;
  }

  std::filesystem::path path;
};

} // namespace dlnet::fuzz

#endif // DLNET_TEST_FUZZ_FUZZ_H
