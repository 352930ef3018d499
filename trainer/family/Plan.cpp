// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/family/Plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace dlnet {

namespace fs = std::filesystem;

namespace {

class Planner {
public:
  Planner(const PlanOptions &options, const FamilyDesign &design)
      : options(options), design(design) {}

  Plan make() {
    for (int64_t each = 0;
         each < std::max<int64_t>(1, options.validatedFolds()); ++each)
      planFold(each);
    return std::move(result);
  }

private:
  void planFold(int64_t each) {
    fold = each;
    teachers.clear();
    size_t count =
        options.quick ? design.quickTeachers : design.teachers.size();
    for (size_t i = 0; i < count; ++i)
      teachers.push_back(add(Variant::Teacher, design.teachers[i].shape,
                             design.teachers[i].seed, "train",
                             {"--role", "teacher"}));
    for (size_t i = 0; i < design.students.size(); ++i)
      for (int64_t seed = 1; seed <= options.seeds; ++seed)
        if (fold == 0 || design.isRepresentative(i))
          planStudent(i, uint64_t(seed));
  }

  void planStudent(size_t student, uint64_t seed) {
    std::map<Variant, size_t> made;
    const Shape &shape = design.students[student];
    for (const StageDesign &stage : design.stages)
      if (design.has(stage.variant, shape) && (fold == 0 || stage.inFolds))
        made[stage.variant] = planStage(stage, shape, seed, made);
  }

  size_t planStage(const StageDesign &stage, const Shape &shape, uint64_t seed,
                   const std::map<Variant, size_t> &made) {
    std::vector<std::string> more, taught;
    if (stage.prune > 0)
      more = {"--prune", fmt::format("{}", stage.prune)};
    more.insert(more.end(), stage.arguments.begin(), stage.arguments.end());
    std::vector<size_t> after;
    if (stage.taught) {
      after = teachers;
      taught = design.taught;
      taught.push_back("--teacher");
      for (size_t teacher : teachers)
        taught.push_back(result.jobs[teacher].job.output);
    }
    std::string from;
    if (stage.from) {
      after.push_back(made.at(*stage.from));
      from = result.jobs[after.back()].job.output;
    }
    return add(stage.variant, shape, seed, stage.from ? "recover" : "train",
               taught, after, from, more);
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
  const FamilyDesign &design;
  Plan result;
  int64_t fold = 0;
  std::vector<size_t> teachers;
};

} // namespace

Plan makePlan(const PlanOptions &options, const FamilyDesign &design) {
  return Planner(options, design).make();
}

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
