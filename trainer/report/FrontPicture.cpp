// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one picture with labels inside: each goes to the first place around its
// point where it covers no other label and no point. That needs the range of
// the axes and the size of the letters in pixels, so both are set here.
#include "trainer/report/Layout.h"
#include "trainer/report/Pictures.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace dlnet {

namespace {

constexpr double kWidth = kPictureWidth, kLeft = 74, kRight = 24, kTop = 46,
                 kPlot = 330;
constexpr double kLetter = 6.8, kLine = 14; ///< Of the labels' font.

struct Box {
  double left, top, right, bottom;
  bool meets(const Box &other) const {
    return left < other.right && other.left < right && top < other.bottom &&
           other.top < bottom;
  }
};

bool isDrawable(const FrontPoint &point) {
  return point.cost > 0 && point.cost < 1e15 && point.mae.mean > 0 &&
         point.mae.mean < 1e15;
}

/// Ranges of both axes with room around all that is shown, and the way from
/// values to pixels.
struct Frame {
  AxisRange cost, mae;

  void add(const FrontPoint &point) {
    cost.add(point.cost, true);
    Spread spread = tidied(point.mae);
    mae.add(spread.low);
    mae.add(spread.high);
  }
  void widen() {
    double factor = std::max(1.25, std::pow(cost.high / cost.low, 0.08));
    cost.low /= factor;
    cost.high *= factor;
    double room = std::max(0.08 * (mae.high - mae.low), 0.05 * mae.high);
    mae.low = std::max(0.0, mae.low - room);
    mae.high += room;
  }
  double x(double value) const {
    return kLeft + (kWidth - kLeft - kRight) * std::log(value / cost.low) /
                       std::log(cost.high / cost.low);
  }
  double y(double value) const {
    return kTop + kPlot * (mae.high - value) / (mae.high - mae.low);
  }
};

/// The students that no cheaper one beats, cheapest first.
std::vector<std::vector<double>> findFront(std::vector<FrontPoint> points) {
  std::stable_sort(points.begin(), points.end(),
                   [](const FrontPoint &left, const FrontPoint &right) {
                     return left.cost != right.cost
                                ? left.cost < right.cost
                                : left.mae.mean < right.mae.mean;
                   });
  std::vector<std::vector<double>> front;
  for (const FrontPoint &point : points)
    if (front.empty() || point.mae.mean < front.back()[1])
      front.push_back({point.cost, point.mae.mean});
  return front;
}

/// Sets one label for each point.
void placeLabels(Script &script, const std::vector<FrontPoint> &points,
                 const Frame &frame) {
  constexpr size_t kMost = 24;
  std::vector<Box> taken;
  for (const FrontPoint &point : points) {
    double x = frame.x(point.cost), y = frame.y(point.mae.mean);
    taken.push_back({x - 5, y - 5, x + 5, y + 5});
    if (point.mae.high > point.mae.low)
      taken.push_back(
          {x - 3, frame.y(point.mae.high), x + 3, frame.y(point.mae.low)});
  }
  for (const FrontPoint &point : points) {
    double x = frame.x(point.cost), y = frame.y(point.mae.mean);
    double width = kLetter * double(std::min(kMost, point.name.size()));
    // Left edge and middle of the label: right, left, the corners.
    // Then above and below the bar, further and further away.
    std::vector<std::pair<double, double>> places = {
        {x + 9, y},      {x - 13 - width, y},     {x + 7, y - 13},
        {x + 7, y + 13}, {x - 7 - width, y - 13}, {x - 7 - width, y + 13}};
    for (double lines : {0.8, 1.8, 2.8, 3.8})
      for (double left : {x - width / 2, x - width + 10, x - 10}) {
        places.push_back(
            {left, frame.y(tidied(point.mae).low) + lines * kLine});
        places.push_back(
            {left, frame.y(tidied(point.mae).high) - lines * kLine});
      }
    auto boxAt = [&](const std::pair<double, double> &place) {
      return Box{place.first, place.second - kLine / 2, place.first + width,
                 place.second + kLine / 2};
    };
    auto isFree = [&](const std::pair<double, double> &place) {
      Box box = boxAt(place);
      return box.left > kLeft && box.right < kWidth - 4 && box.top > kTop &&
             box.bottom < kTop + kPlot &&
             std::none_of(
                 taken.begin(), taken.end(),
                 [&](const Box &other) { return box.meets(other); });
    };
    auto found = std::find_if(places.begin(), places.end(), isFree);
    if (found == places.end())
      found = places.begin();
    taken.push_back(boxAt(*found));
    // graph 0,0 is the lower left corner.
    script.line("set label {} at graph {},{} left font ',12' front",
                quoted(point.name, kMost),
                number((found->first - kLeft) / (kWidth - kLeft - kRight)),
                number(1 - (found->second - kTop) / kPlot));
  }
}

std::vector<std::vector<double>> toRows(const std::vector<FrontPoint> &points) {
  std::vector<std::vector<double>> rows;
  for (const FrontPoint &point : points) {
    Spread spread = tidied(point.mae);
    rows.push_back({point.cost, spread.mean, spread.low, spread.high});
  }
  return rows;
}

/// The point in the unit of the axis.
FrontPoint scaled(FrontPoint point) {
  for (double *mae : {&point.mae.mean, &point.mae.low, &point.mae.high})
    *mae *= kMaeScale;
  return point;
}

} // namespace

Result<std::string> drawFront(const Heading &heading,
                              const FrontPicture &picture) {
  std::vector<FrontPoint> students, all;
  for (const FrontPoint &student : picture.students)
    if (isDrawable(student))
      students.push_back(scaled(student));
  if (students.empty())
    return Failure{"there are no students to draw"};
  all = students;
  bool withTeacher = picture.teacher && isDrawable(*picture.teacher);
  if (withTeacher)
    all.push_back(scaled(*picture.teacher));
  Frame frame;
  for (const FrontPoint &point : all)
    frame.add(point);
  std::vector<std::string> names = {"best for its cost", "students"};
  if (withTeacher)
    names.push_back("teacher");
  for (const auto &[name, mae] : picture.baselines) {
    names.push_back(name);
    frame.mae.add(mae * kMaeScale);
  }
  frame.widen();

  Legend legend(names);
  int height = int(kTop + kPlot) + 54 + legend.height;
  Script script(kPictureWidth, height);
  setTitle(script, heading);
  setFrame(script, height, kLeft, kTop, kWidth - kRight, kTop + kPlot);
  legend.set(script, height);
  setLogAxis(script, 'x', frame.cost, "%.0s%c");
  setAxis(script, 'y', frame.mae.low, frame.mae.high);
  script.line("set xlabel {} offset 0,0.6",
              quoted(picture.costLabel +
                     (picture.spreadNote.empty() ? "" : "; ") +
                     picture.spreadNote));
  script.line("set ylabel '{}'", kMaeLabel);
  placeLabels(script, all, frame);

  std::string plots = fmt::format(
      "{} with lines lc rgb '#bbbbbb' lw 1.5 title 'best for its cost'",
      script.data(findFront(students)));
  plots += fmt::format(", {} with yerrorbars pt 7 ps 0.6 lw 1.5 lc rgb '{}' "
                       "title 'students'",
                       script.data(toRows(students)), colour(0));
  if (withTeacher)
    plots += fmt::format(", {} with yerrorbars pt 9 ps 0.9 lw 1.5 lc rgb '{}' "
                         "title 'teacher'",
                         script.data(toRows({all.back()})), colour(1));
  for (size_t i = 0; i < picture.baselines.size(); ++i) {
    double mae = picture.baselines[i].second * kMaeScale;
    plots += fmt::format(
        ", {} with lines lw 1.5 lc rgb '{}' dt {} title {}",
        script.data({{frame.cost.low, mae}, {frame.cost.high, mae}}),
        colour(2 + i), 2 + i % 4,
        quoted(picture.baselines[i].first, kLongestName));
  }
  script.line("plot {}", plots);
  return script.draw();
}

} // namespace dlnet
