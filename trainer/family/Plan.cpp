// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/family/Plan.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

/// The ensemble: several resolutions, because unlike networks err differently.
/// Seeds other than the students', or one could be its own teacher.
struct Member {
  Shape shape;
  uint64_t seed;
};
constexpr Member kTeachers[] = {{{CellKind::Cfc, 32, 5, 4, 1}, 101},
                                {{CellKind::Cfc, 32, 10, 4, 1}, 102},
                                {{CellKind::Cfc, 32, 20, 4, 1}, 103},
                                {{CellKind::Cfc, 32, 5, 4, 1}, 104}};
constexpr size_t kQuickTeachers = 2;

/// The students' loss is all the teacher's: of every window, however it is
/// augmented, the teacher knows a forecast, so that twice the usual epochs
/// teach more instead of going into learning the cells by heart.
constexpr const char *kShare = "1";
constexpr const char *kStudentEpochs = "48";
constexpr const char *kTrajectory = "0.3";
/// What goes so far goes slowly.
constexpr const char *kDeepEpochs = "48";

class Planner {
public:
  explicit Planner(const PlanOptions &options) : options(options) {}

  Plan make() {
    plan(0, studentGrid());
    for (int64_t fold = 1; fold < options.validatedFolds(); ++fold)
      plan(fold, {studentUpTo2000(), studentUpTo500()});
    return std::move(result);
  }

private:
  void plan(int64_t fold, const std::vector<Shape> &students) {
    this->fold = fold;
    teachers.clear();
    for (size_t i = 0;
         i < (options.quick ? kQuickTeachers : std::size(kTeachers)); ++i)
      teachers.push_back(add(Variant::Teacher, kTeachers[i].shape,
                             kTeachers[i].seed, "train",
                             {"--role", "teacher"}));
    for (const Shape &shape : students)
      for (int64_t seed = 1; seed <= options.seeds; ++seed)
        plan(shape, uint64_t(seed));
  }

  void plan(const Shape &shape, uint64_t seed) {
    bool stands = shape.name() == studentUpTo2000().name() ||
                  shape.name() == studentUpTo500().name();
    std::vector<std::string> taught = {"--share", kShare, "--last-share",
                                       kShare, "--teacher"};
    for (size_t teacher : teachers)
      taught.push_back(result.jobs[teacher].job.output);
    const std::vector<std::string> longer = {"--epochs", kStudentEpochs};
    if (stands) {
      add(Variant::Alone, shape, seed, "train", {}, {}, "", longer);
      std::vector<std::string> followed = taught;
      followed.insert(followed.begin(), {"--trajectory", kTrajectory});
      add(Variant::Trajectory, shape, seed, "train", followed, teachers, "",
          longer);
    }
    size_t student = add(Variant::Output, shape, seed, "train", taught,
                         teachers, "", longer);
    if (fold > 0)
      return;
    std::vector<size_t> after = teachers;
    after.push_back(student);
    std::string from = result.jobs[student].job.output;
    add(Variant::Dense, shape, seed, "recover", taught, after, from,
        {"--epochs", "0"});
    add(Variant::Pruned, shape, seed, "recover", taught, after, from,
        {"--prune", fmt::format("{}", kPrunedShare)});
    if (isPrunedFurther(shape))
      add(Variant::DeepPruned, shape, seed, "recover", taught, after, from,
          {"--prune", fmt::format("{}", kDeepPrunedShare), "--epochs",
           kDeepEpochs});
    if (stands)
      add(Variant::Recovered, shape, seed, "recover", taught, after, from,
          {"--prune", fmt::format("{}", kPrunedShare), "--quantize-epochs",
           "0"});
  }

  size_t add(Variant variant, const Shape &shape, uint64_t seed,
             const std::string &verb, const std::vector<std::string> &teaching,
             std::vector<size_t> after = {}, const std::string &from = "",
             const std::vector<std::string> &more = {}) {
    std::string split = fold == 0 ? "family" : fmt::format("fold{}", fold);
    std::string name =
        fmt::format("{}-{}-{}", shape.name(), dlnet::name(variant), seed);
    fs::path base = fs::path(options.directory) / split / name;
    std::vector<std::string> command = {options.program, verb};
    auto append = [&](const std::vector<std::string> &arguments) {
      command.insert(command.end(), arguments.begin(), arguments.end());
    };
    if (!from.empty())
      append({from});
    append(options.data);
    append({"--split-seed", std::to_string(options.splitSeed)});
    if (options.folds)
      append({"--folds", std::to_string(options.folds), "--fold",
              std::to_string(fold)});
    if (verb == "train")
      append({"--name", shape.name(), "--seed", std::to_string(seed), "--cell",
              dlnet::name(shape.cell), "--units", std::to_string(shape.units),
              "--block", std::to_string(shape.block), "--basis",
              std::to_string(shape.basis), "--substeps",
              std::to_string(shape.substeps)});
    append(more);
    append(teaching);
    if (options.quick)
      append({"--quick"});
    append({"--checkpoint", base.string() + ".checkpoint", "-o",
            base.string() + ".safetensors"});
    result.jobs.push_back({variant,
                           shape.name(),
                           fold,
                           seed,
                           {fmt::format("{} {}", split, name),
                            std::move(command), base.string() + ".safetensors",
                            base.string() + ".log", std::move(after)}});
    return result.jobs.size() - 1;
  }

  const PlanOptions &options;
  Plan result;
  int64_t fold = 0;
  std::vector<size_t> teachers;
};

} // namespace

const char *name(Variant variant) {
  switch (variant) {
  case Variant::Teacher:
    return "teacher";
  case Variant::Alone:
    return "alone";
  case Variant::Output:
    return "distilled";
  case Variant::Trajectory:
    return "trajectory";
  case Variant::Dense:
    return "int8";
  case Variant::Recovered:
    return "recovered";
  case Variant::Pruned:
    return "pruned";
  case Variant::DeepPruned:
    return "deep_pruned";
  }
  return "unknown";
}

std::string Shape::name() const {
  std::string sizes =
      fmt::format("{}{}_b{}_k{}", dlnet::name(cell), units, block, basis);
  return substeps == 1 ? sizes : fmt::format("{}_s{}", sizes, substeps);
}

const std::vector<Shape> &studentGrid() {
  constexpr CellKind kLiquid = CellKind::Liquid;
  static const std::vector<Shape> grid = {
      {kLiquid, 22, 10, 4, 1}, {kLiquid, 22, 5, 4, 1},  {kLiquid, 16, 5, 4, 1},
      {kLiquid, 16, 10, 4, 1}, {kLiquid, 16, 10, 4, 2}, {kLiquid, 12, 5, 3, 1},
      {kLiquid, 10, 10, 3, 1}, {kLiquid, 7, 5, 2, 1},   {kLiquid, 7, 10, 2, 1},
      {kLiquid, 4, 10, 2, 1},  {kLiquid, 4, 20, 1, 1},  {kLiquid, 32, 5, 4, 1},
      {kLiquid, 48, 5, 4, 1}};
  return grid;
}

const Shape &studentUpTo2000() { return studentGrid()[1]; }
const Shape &studentUpTo500() { return studentGrid()[7]; }

bool isPrunedFurther(const Shape &shape) { return shape.units >= 32; }

Plan makePlan(const PlanOptions &options) { return Planner(options).make(); }

std::vector<const PlannedJob *>
Plan::find(Variant variant, const std::string &student, int64_t fold) const {
  std::vector<const PlannedJob *> found;
  for (const PlannedJob &job : jobs)
    if (job.variant == variant && job.fold == fold &&
        (student.empty() || job.student == student))
      found.push_back(&job);
  return found;
}

} // namespace dlnet
