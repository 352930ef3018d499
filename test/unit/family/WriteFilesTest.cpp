// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whole files or the old ones, and no litter. test/cases/files_cases.py makes
// each call to the system fail in turn.
#include "frontend/support/WriteFiles.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace dlnet;
namespace fs = std::filesystem;

namespace {

class WriteFiles : public testing::Test {
protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dlnet-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { fs::remove_all(folder); }

  std::string path(const std::string &name) const {
    return (folder / name).string();
  }
  std::string read(const std::string &name) const {
    std::ifstream file(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string &name, const std::string &text) const {
    std::ofstream(folder / name) << text;
  }
  size_t entries(const fs::path &of) const {
    return size_t(std::distance(fs::directory_iterator(of), {}));
  }

  fs::path folder;
};

TEST_F(WriteFiles, MakesFoldersAndReplacesFiles) {
  put("a", "old");
  ASSERT_TRUE(
      bool(writeFiles(folder.string(), {{"a", "new"}, {"b/c/d", "x"}})));
  EXPECT_EQ(read("a"), "new");
  EXPECT_EQ(read("b/c/d"), "x");
  EXPECT_EQ(entries(folder), 2u);
  EXPECT_EQ(entries(folder / "b/c"), 1u);
}

TEST_F(WriteFiles, OneThatCannotBeKeepsAllOthers) {
  put("a", "old");
  put("z", "old");
  fs::create_directory(folder / "m");
  Status written = writeFiles(
      folder.string(), {{"a", "new"}, {"m", "new"}, {"n/o", "new"}, {"z", ""}});
  ASSERT_FALSE(bool(written));
  EXPECT_EQ(written.message(),
            path("m") + ": cannot be written: not a regular file");
  EXPECT_EQ(read("a"), "old");
  EXPECT_EQ(read("z"), "old");
  EXPECT_EQ(entries(folder), 3u);
}

TEST_F(WriteFiles, KeepsPermissionsAndFollowsLinks) {
  put("real", "old");
  fs::permissions(path("real"), fs::perms(0640));
  fs::create_symlink("real", folder / "link");
  ASSERT_TRUE(bool(writeFile(path("link"), "new")));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read("real"), "new");
  EXPECT_EQ(fs::status(path("real")).permissions(), fs::perms(0640));

  mode_t mask = umask(0027);
  ASSERT_TRUE(bool(writeFile(path("fresh"), "x")));
  umask(mask);
  EXPECT_EQ(fs::status(path("fresh")).permissions(), fs::perms(0640));
}

TEST_F(WriteFiles, RemovesWhatAKilledWriterLeft) {
  put(".dlnet-0123456789abcdef.part", "half");
  put(".dlnet-notes", "a user's");
  ASSERT_TRUE(bool(writeFile(path("a"), "x")));
  EXPECT_EQ(entries(folder), 2u);
  EXPECT_EQ(read(".dlnet-notes"), "a user's");
}

TEST_F(WriteFiles, TwoOfOneNameAreRefused) {
  fs::create_symlink("a", folder / "b");
  put("a", "old");
  EXPECT_FALSE(bool(writeFiles({{path("a"), "1"}, {path("b"), "2"}})));
  EXPECT_EQ(read("a"), "old");
}

TEST_F(WriteFiles, OfManyAtOnceOneStays) {
  constexpr int kWriters = 8;
  std::vector<std::thread> writers;
  std::vector<int> succeeded(kWriters);
  for (int i = 0; i < kWriters; ++i)
    writers.emplace_back([&, i] {
      std::string mark(5000, char('a' + i));
      for (int round = 0; round < 20; ++round)
        succeeded[size_t(i)] += bool(writeFiles(
            path("out"), {{"x", mark}, {"y", mark}, {"deep/z", mark}}));
    });
  for (std::thread &each : writers)
    each.join();
  EXPECT_EQ(succeeded, std::vector<int>(kWriters, 20));
  EXPECT_EQ(read("out/x").size(), 5000u);
  EXPECT_EQ(read("out/x"), read("out/y"));
  EXPECT_EQ(read("out/x"), read("out/deep/z"));
  EXPECT_EQ(entries(folder / "out"), 3u);
}

TEST_F(WriteFiles, FoldersThatComeAndGoDoNoHarm) {
  // One writer makes the folder in vain and removes it, again and again.
  put("z", "x");
  std::thread failing([&] {
    for (int round = 0; round < 200; ++round)
      EXPECT_FALSE(
          bool(writeFiles({{path("out/a"), "1"}, {path("z/b"), "2"}})));
  });
  for (int round = 0; round < 200; ++round)
    EXPECT_TRUE(bool(writeFiles({{path("out/a"), "3"}})));
  failing.join();
  EXPECT_EQ(read("out/a"), "3");
}

TEST_F(WriteFiles, ChecksBeforehand) {
  EXPECT_TRUE(bool(checkWritable(path("new"))));
  EXPECT_EQ(entries(folder), 0u);
  fs::create_directory(folder / "d");
  for (const std::string &bad : {path("d"), path("absent/x"), path("d/"),
                                 std::string(), std::string("/dev/full")})
    EXPECT_FALSE(bool(checkWritable(bad))) << bad;
  put("f", "");
  EXPECT_FALSE(bool(checkWritable(path("f/x"))));
  EXPECT_TRUE(bool(checkWritable(path("f"))));
}

TEST_F(WriteFiles, OneFileMakesNoFolders) {
  Status written = writeFile(path("absent/x"), "x");
  ASSERT_FALSE(bool(written));
  EXPECT_NE(written.message().find("No such file or directory"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "absent"));
}

} // namespace
