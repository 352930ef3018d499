// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first bytes of files as other programs write them.
#include "TestFamily.h"

#include "frontend/support/FileKind.h"

#include <gtest/gtest.h>

using namespace dlnet;
using namespace std::literals;

namespace {

bool names(const std::string &bytes, const std::string &word) {
  return describeForeignFile(bytes).find(word) != std::string::npos;
}

TEST(FileKind, WeightFilesOfOtherLibraries) {
  EXPECT_TRUE(names("PK\x03\x04\x14"s + "archive/data.pkl", "PyTorch"));
  EXPECT_TRUE(names("PK\x03\x04\x14"s + "model.weights.h5", "Keras"));
  EXPECT_TRUE(names("PK\x03\x04\x14"s + "arr_0.npy", "NumPy"));
  EXPECT_TRUE(names("PK\x03\x04"s + std::string(200, '\0'), "zip archive"));
  EXPECT_TRUE(names("\x80\x02\x8a\x0al\xfc\x9c"s, "pickle"));
  EXPECT_TRUE(names("\x1c\0\0\0TFL3\x14\0"s, "TensorFlow Lite"));
  EXPECT_TRUE(names("\x08\x07\x12\x07pytorch\x1a\x05"s, "ONNX"));
  EXPECT_TRUE(names("\x08\x08:\xa0\x01\x0a\x20"s, "ONNX"));
  EXPECT_TRUE(names("\x08\x01\x12\xb4\x8e\x02\x0a\x11"s, "SavedModel"));
  EXPECT_TRUE(names("\x89HDF\r\n\x1a\n\0\0"s, "HDF5"));
  EXPECT_TRUE(names("\x93NUMPY\1\0"s, ".npy"));
  EXPECT_TRUE(names("GGUF\3\0\0\0"s, "GGUF"));
}

TEST(FileKind, TablesAndTexts) {
  EXPECT_TRUE(names("MATLAB 5.0 MAT-file, Platform: GLNXA64", "v5"));
  EXPECT_TRUE(names("MATLAB 7.3 MAT-file, Platform: GLNXA64", "v7.3"));
  EXPECT_TRUE(names("cell,cycle,capacity_ah\na,1,1.1\n", "CSV"));
  EXPECT_TRUE(names("capacity;cycle\n1,1;5\n", "CSV"));
  EXPECT_TRUE(names("  {\"weights\": [1, 2]}", "JSON"));
  EXPECT_TRUE(names("<!DOCTYPE html>", "HTML"));
  EXPECT_TRUE(names("#ifndef SOH_H\n#define SOH_H\n", "C source"));
  EXPECT_TRUE(names("version https://git-lfs.github.com/spec/v1\n", "Git LFS"));
  EXPECT_TRUE(names("\xff\xfe"
                    "c\0e\0"s,
                    "UTF-16"));
  EXPECT_TRUE(names("dlnet-checkpoint 1 10 ab\n", "--checkpoint"));
  EXPECT_EQ(describeForeignFile("hello\n"), "text");
  EXPECT_EQ(describeForeignFile("Dear all,\nthis is no table.\n"), "text");
}

TEST(FileKind, NothingInIt) {
  EXPECT_EQ(describeForeignFile(""), "empty");
  EXPECT_TRUE(names(std::string(4096, '\0'), "zeros"));
}

TEST(FileKind, WhatMayBeSafetensors) {
  EXPECT_EQ(describeForeignFile(test::validBytes()), "");
  EXPECT_EQ(describeForeignFile(test::validBytes().substr(0, 20)), "");
  EXPECT_EQ(describeForeignFile("\xde\xad\xbe\xef\1\2\3"s), "");
}

TEST(FileKind, AReaderSaysItAndWhatToDo) {
  Result<Family> family = parseFamily("GGUF\3\0\0\0"s, "model.safetensors");
  ASSERT_FALSE(bool(family));
  EXPECT_EQ(family.message().rfind(
                "model.safetensors: is a GGUF model of llama.cpp; a family "
                "file is ",
                0),
            0u)
      << family.message();
}

} // namespace
