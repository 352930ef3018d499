// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a picture looks is for eyes; that it is one, that it is the same twice
// and that no name gets out of its quotes is checked here.
#include "trainer/report/Pictures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>

using namespace dlnet;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

// Quotes, expansions, formats, markup, a control character, a broken byte.
const std::string kHostile = "a'b\"c`touch x`@d$e\\n%s<f>&amp;{/B g}_h\x01\xff";
const std::string kHostileInXml =
    "a'b\"c`touch x`@d$e\\n%s&lt;f>&amp;amp;{/B g}_h??";

using Picture = std::function<Result<std::string>(const Heading &)>;

LossRun someRun(const std::string &name) {
  return {name, {1, 0.1, kNaN, 0.01}, {0.1, 0.02, 0.01, 0.03}};
}

ForecastPanel somePanel(const std::string &title) {
  ForecastPanel panel;
  panel.title = title;
  panel.firstCycle = 50;
  panel.past.assign(120, 0.95f);
  panel.truth = {0.94f, 0.93f};
  panel.forecast = {0.95f, 0.91f};
  panel.baseline = {0.93f, 20.0f};
  return panel;
}

FrontPoint somePoint(const std::string &name) {
  return {name, 300, {0.003, 0.002, 0.004}};
}

/// Every picture, with `name` wherever a name goes.
std::vector<std::pair<std::string, Picture>> allPictures(std::string name) {
  return {
      {"losses",
       [=](const Heading &heading) {
         return drawLosses(heading, {someRun(name), someRun("other")});
       }},
      {"forecasts",
       [=](const Heading &heading) {
         ForecastPicture picture;
         picture.baselineName = name;
         picture.typical = {somePanel("b1c1"), somePanel("b1c2")};
         picture.worst = {somePanel("b1c3")};
         return drawForecasts(heading, picture);
       }},
      {"horizons",
       [=](const Heading &heading) {
         return drawHorizons(heading, {{name, {0.1, kNaN, 0.2}}});
       }},
      {"front",
       [=](const Heading &heading) {
         FrontPicture picture;
         picture.costLabel = "flash (bytes)";
         picture.spreadNote = "bars: 3 seeds";
         picture.students = {somePoint("s1"), somePoint("s2")};
         picture.teacher = somePoint("teacher");
         picture.baselines = {{name, 0.005}};
         return drawFront(heading, picture);
       }},
      {"stages",
       [=](const Heading &heading) {
         return drawStages(
             heading, {{"first", {0.01, 0.009, 0.02}}, {name, {0.005, 0, 0}}},
             "3 seeds");
       }},
  };
}

size_t countOf(const std::string &text, const std::string &part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(Pictures, AreWholeAndTheSameTwice) {
  for (const auto &[name, draw] : allPictures("some name")) {
    SCOPED_TRACE(name);
    Result<std::string> svg = draw({"The title", true}),
                        again = draw({"The title", true});
    ASSERT_TRUE(bool(svg)) << svg.message();
    EXPECT_EQ(*svg, *again);
    EXPECT_EQ(svg->find("<?xml"), 0u);
    EXPECT_NE(svg->find("</svg>"), std::string::npos);
    EXPECT_EQ(countOf(*svg, "<g "), countOf(*svg, "</g>"));
    EXPECT_EQ(countOf(*svg, "The title (simulated data)"), 1u);
    EXPECT_EQ(countOf(*svg, "<text>some name</text>"), 1u);
  }
}

TEST(Pictures, SayNothingOfSimulationForMeasuredData) {
  for (const auto &[name, draw] : allPictures("n")) {
    Result<std::string> svg = draw({"The title"});
    ASSERT_TRUE(bool(svg)) << svg.message();
    EXPECT_EQ(svg->find("simulated"), std::string::npos) << name;
  }
  // Even a title that is too long leaves room for the word.
  Result<std::string> svg =
      drawHorizons({std::string(500, 'x'), true}, {{"n", {0.1}}});
  ASSERT_TRUE(bool(svg)) << svg.message();
  EXPECT_NE(svg->find("… (simulated data)"), std::string::npos);
}

TEST(Pictures, KeepHostileNamesInTheirQuotes) {
  for (const auto &[name, draw] : allPictures(kHostile)) {
    SCOPED_TRACE(name);
    Result<std::string> svg = draw({kHostile});
    ASSERT_TRUE(bool(svg)) << svg.message();
    // As the title; a name within the picture may be cut shorter.
    EXPECT_NE(svg->find(kHostileInXml), std::string::npos) << *svg;
    EXPECT_GE(countOf(*svg, "<text>a'b\"c`touch x`@d$e\\n%s&lt;f"), 2u);
    EXPECT_EQ(svg->find('\x01'), std::string::npos);
    EXPECT_EQ(svg->find('\xff'), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists("x"));
}

TEST(Pictures, LineFeedsInNamesStartNoCommand) {
  Result<std::string> svg = drawHorizons(
      {"t'\nsystem 'touch y'\n#"}, {{"n\nEND\nsystem 'touch y'", {0.1, 0.2}}});
  ASSERT_TRUE(bool(svg)) << svg.message();
  EXPECT_NE(svg->find("t'?system 'touch y'?#"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists("y"));
}

TEST(Pictures, KeepEachSignWhereverItStands) {
  for (char sign = ' ' + 1; sign < 127; ++sign) {
    std::string name = {sign, sign, 'n', sign, '7', '1', ']', ']'};
    std::string inXml;
    for (char byte : name)
      inXml += byte == '<' ? "&lt;" : byte == '&' ? "&amp;" : std::string{byte};
    Result<std::string> svg = drawStages({name}, {{name, {1, 0, 0}}}, name);
    ASSERT_TRUE(bool(svg)) << svg.message();
    EXPECT_EQ(countOf(*svg, "<text>" + inXml + "</text>"), 2u) << name;
    EXPECT_NE(svg->find("; " + inXml + "</text>"), std::string::npos) << name;
  }
}

TEST(Pictures, EndNoSectionOfXml) {
  Result<std::string> svg = drawHorizons({"]]>"}, {{"n", {0.1}}});
  ASSERT_TRUE(bool(svg)) << svg.message();
  EXPECT_NE(svg->find("<text>]]&gt;</text>"), std::string::npos);
}

TEST(Pictures, SurviveOddNumbers) {
  const double kHuge = 1e300, kInfinite = HUGE_VAL;
  EXPECT_TRUE(bool(drawLosses(
      {"t"},
      {{"a", {1}, {0.5}}, {"b", {kHuge, -1, 0}, {kInfinite}}, {"c", {}, {}}})));
  EXPECT_TRUE(bool(drawHorizons({"t"}, {{"a", {0, 0}}, {"b", {kHuge}}})));
  EXPECT_TRUE(bool(drawStages({"t"}, {{"a", {0, kNaN, kInfinite}}}, "")));
  FrontPicture front;
  front.students = {{"a", 1, {0.1, kNaN, -kInfinite}},
                    {"b", 0, {0.1, 0, 0}},
                    {"c", 1e-9, {1e-9, 5, 0}},
                    {"d", 1e12, {kHuge, 0, 0}}};
  front.baselines = {{"f", kNaN}};
  EXPECT_TRUE(bool(drawFront({"t"}, front)));
  ForecastPicture forecasts;
  forecasts.worst.resize(5);
  forecasts.worst[1].forecast = {NAN, 1e30f, -1e30f};
  EXPECT_TRUE(bool(drawForecasts({"t"}, forecasts)));
}

TEST(Pictures, OfNothingFail) {
  EXPECT_EQ(drawLosses({"t"}, {{"a", {kNaN}, {0}}}).message(),
            "there are no losses to draw");
  EXPECT_FALSE(bool(drawForecasts({"t"}, {})));
  EXPECT_FALSE(bool(drawHorizons({"t"}, {})));
  EXPECT_FALSE(bool(drawFront({"t"}, {})));
  EXPECT_FALSE(bool(drawStages({"t"}, {}, "")));
}

TEST(Pictures, NeedGnuplotAndSayWhereItIs) {
  const char *path = std::getenv("PATH");
  std::string before = path ? path : "";
  setenv("PATH", "/nonexistent", 1);
  Result<std::string> svg = drawHorizons({"t"}, {{"n", {0.1}}});
  setenv("PATH", before.c_str(), 1);
  ASSERT_FALSE(bool(svg));
  EXPECT_NE(svg.message().find("gnuplot-nox"), std::string::npos);
}

TEST(PickWindows, TakesMedianAndWorstOfDifferentCells) {
  //                             0    1    2    3    4    5    6
  std::vector<double> errors = {0.1, 0.9, 0.8, 0.5, 0.5, 0.4, kNaN};
  std::vector<int> cells = {0, 1, 1, 2, 2, 3, 4};
  PickedWindows picked = pickWindows(errors, cells, 2);
  EXPECT_EQ(picked.typical, (std::vector<size_t>{3, 5}));
  EXPECT_EQ(picked.worst, (std::vector<size_t>{1, 4}));
  // Too few cells: windows of the same one.
  picked = pickWindows({1, 2, 3, 4}, {0, 0, 0, 0}, 2);
  EXPECT_EQ(picked.typical, (std::vector<size_t>{1, 0}));
  EXPECT_EQ(picked.worst, (std::vector<size_t>{3, 2}));
  EXPECT_TRUE(pickWindows({}, {}, 3).worst.empty());
  EXPECT_EQ(pickWindows({1}, {0}, 3).typical.size(), 1u);
}

} // namespace
