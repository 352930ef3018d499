// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A figure on a published split is worth something only if it is that split,
// battery by battery.
#include "frontend/series/SplitList.h"
#include "TemporaryFolder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>

using namespace dlnet;

namespace {

std::vector<Battery> cellsNamed(const std::vector<std::string> &names) {
  std::vector<Battery> batteries;
  for (const std::string &name : names)
    batteries.push_back({name, "", {}, {}, {}});
  return batteries;
}

Result<SplitList> listOf(const std::string &text) {
  TemporaryFolder folder;
  return readSplitList(folder.write("split.csv", text));
}

TEST(SplitList, PutsCellsOnTheirSides) {
  auto list = listOf("# from a paper\ncell,side\na,test1\nb,train\nc,test2\n"
                     "d,validation\ne,test1\ngone,train\n");
  ASSERT_TRUE(list) << list.message();
  auto listed =
      applySplitList(cellsNamed({"x", "e", "d", "c", "b", "a"}), *list, 1);
  ASSERT_TRUE(listed) << listed.message();
  using Names = std::vector<std::string>;
  EXPECT_EQ(cellNames(listed->split.train), Names{"b"});
  EXPECT_EQ(cellNames(listed->split.validation), Names{"d"});
  EXPECT_EQ(cellNames(listed->split.test), (Names{"a", "c", "e"}));
  ASSERT_EQ(listed->tests.size(), 2u);
  EXPECT_EQ(listed->tests[0].first, "test1");
  EXPECT_EQ(cellNames(listed->tests[0].second), (Names{"a", "e"}));
  EXPECT_EQ(listed->tests[1].first, "test2");
  EXPECT_EQ(listed->absent, Names{"gone"});
  EXPECT_EQ(listed->unlisted, Names{"x"});
  EXPECT_TRUE(checkDisjoint(listed->split));
}

TEST(SplitList, DealsValidationWhereTheListHasNone) {
  std::string text = "side,cell\ntest,t\n";
  std::vector<std::string> names = {"t"};
  for (int i = 0; i < 16; ++i) {
    names.push_back(fmt::format("c{:02}", i));
    text += "train," + names.back() + "\n";
  }
  auto list = listOf(text);
  ASSERT_TRUE(list) << list.message();
  auto once = applySplitList(cellsNamed(names), *list, 1);
  auto other = applySplitList(cellsNamed(names), *list, 2);
  ASSERT_TRUE(once && other);
  EXPECT_EQ(once->split.validation.size(), 2u);
  EXPECT_EQ(once->split.train.size(), 14u);
  EXPECT_NE(cellNames(once->split.validation),
            cellNames(other->split.validation));
}

TEST(SplitList, FailsWhenASideStaysEmpty) {
  auto list = listOf("cell,side\na,train\nb,validation\nc,test\n");
  ASSERT_TRUE(list) << list.message();
  auto listed = applySplitList(cellsNamed({"a", "b"}), *list, 1);
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.message(), list->path +
                                  ": of the 2 batteries at hand, none is "
                                  "left for test");
}

struct BadList {
  const char *name, *text, *expected;
};

void PrintTo(const BadList &list, std::ostream *stream) {
  *stream << list.name;
}

class MalformedSplitList : public testing::TestWithParam<BadList> {};

TEST_P(MalformedSplitList, IsRefusedWithItsPlace) {
  TemporaryFolder folder;
  std::string path = folder.write("bad.csv", GetParam().text);
  auto list = readSplitList(path);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.message(), path + GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedSplitList,
    testing::Values(
        BadList{"Empty", "", ": empty file"},
        BadList{"NoSide", "cell\na\n", ":1: no column 'side' in the header"},
        BadList{"NoCell", "name,side\na,train\n",
                ":1: no column 'cell' in the header"},
        BadList{"OtherSide", "cell,side\na,train\nb,Train\n",
                ":3: side 'Train' is not train, validation or test..."},
        BadList{"Twice", "cell,side\na,train\nb,test\na,test\n",
                ":4: battery 'a' was listed on line 2 before"},
        BadList{"Unnamed", "cell,side\n,train\n",
                ":2: '' is no name for a battery"},
        BadList{"NoTrain", "cell,side\na,test\n", ": lists no train battery"},
        BadList{"NoTest", "cell,side\na,train\n", ": lists no test battery"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(SplitList, OfSeversonIsThePublishedOne) {
  auto list = readSplitList(DLNET_SEVERSON_SPLIT);
  ASSERT_TRUE(list) << list.message();
  std::map<std::string, std::string> sides;
  std::map<std::string, size_t> counts;
  for (const SplitList::Entry &entry : list->entries) {
    sides[entry.battery] = entry.side;
    ++counts[entry.side];
  }
  EXPECT_EQ(counts["train"], 41u);
  EXPECT_EQ(counts["test1"], 43u);
  EXPECT_EQ(counts["test2"], 40u);

  // The same from its definition: every second of the first two batches'
  // remaining batteries trains, and the very last of them does not.
  auto remaining = [](const char *batch, int count, std::vector<int> removed) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i)
      if (std::find(removed.begin(), removed.end(), i) == removed.end())
        names.push_back(fmt::format("{}_battery-{}", batch, i + 1));
    return names;
  };
  std::vector<std::string> first =
      remaining("2017-05-12", 46, {8, 10, 12, 13, 22});
  std::vector<std::string> second =
      remaining("2017-06-30", 48, {7, 8, 9, 15, 16});
  first.insert(first.end(), second.begin(), second.end());
  ASSERT_EQ(first.size(), 84u);
  for (size_t i = 0; i < first.size(); ++i)
    EXPECT_EQ(sides[first[i]], i % 2 == 0 || i == 83 ? "test1" : "train")
        << first[i];
  for (const std::string &name :
       remaining("2018-04-12", 46, {2, 23, 32, 37, 42, 43}))
    EXPECT_EQ(sides[name], "test2") << name;
}

} // namespace
