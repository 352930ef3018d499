// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/family/Design.h"

#include "frontend/family/FamilyMembers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace dlnet {

namespace {

using nlohmann::json;

/// The commands' own limit of --seeds.
constexpr uint64_t kMostSeeds = 100;
constexpr size_t kMostNetworks = 64, kMostArguments = 32;

constexpr schema::Named<Variant> kStages[] = {
    {"alone", Variant::Alone},           {"distilled", Variant::Output},
    {"trajectory", Variant::Trajectory}, {"int8", Variant::Dense},
    {"recovered", Variant::Recovered},   {"pruned", Variant::Pruned},
    {"deep_pruned", Variant::DeepPruned}};

/// What the report takes from the stages.
struct Need {
  Variant variant;
  bool all;     ///< Of all students, or of those that stand for their size.
  bool inFolds; ///< In all folds.
  bool from;    ///< Of the network of another stage.
  bool prunes;
};
constexpr Need kNeeds[] = {{Variant::Alone, false, true, false, false},
                           {Variant::Trajectory, false, true, false, false},
                           {Variant::Output, true, true, false, false},
                           {Variant::Dense, true, false, true, false},
                           {Variant::Pruned, true, false, true, true},
                           {Variant::Recovered, false, false, true, true}};

class Reader {
public:
  Result<FamilyDesign> read(const std::string &text) {
    json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_discarded())
      return Failure{"is no JSON"};
    Members plan(&parsed, "plan", checker);
    readTeachers(plan.object("teachers"));
    if (const json *students = plan.array("students", 1, kMostNetworks))
      for (const json &each : *students) {
        Members members(&each, at("students", design.students.size()), checker);
        design.students.push_back(readShape(members));
        members.finish();
      }
    checkNames();
    design.upTo2000Index = student(plan, "up_to_2000_parameters");
    design.upTo500Index = student(plan, "up_to_500_parameters");
    design.taught = arguments(plan, "taught");
    if (const json *stages = plan.array("stages", 1, kMostNetworks))
      for (const json &each : *stages)
        readStage(each, at("stages", design.stages.size()));
    plan.finish();
    checkNeeds();
    if (checker.failed())
      return checker.failure();
    return std::move(design);
  }

private:
  static std::string at(const char *key, size_t index) {
    return fmt::format("plan.{}[{}]", key, index);
  }

  Shape readShape(Members &members) {
    Shape shape{
        members.choice("cell", schema::kCells),
        members.integer("units", 1, 1024), members.integer("block", 1, 50),
        members.integer("basis", 1, 64), members.integer("substeps", 1, 64)};
    if (100 % shape.block != 0)
      checker.fail(
          members.pathOf("block"),
          fmt::format("expected a divisor of 100, found {}", shape.block));
    return shape;
  }

  void readTeachers(Members teachers) {
    std::set<uint64_t> seeds;
    if (const json *members = teachers.array("members", 1, kMostNetworks))
      for (const json &each : *members) {
        Members member(&each, at("teachers.members", design.teachers.size()),
                       checker);
        Shape shape = readShape(member);
        uint64_t seed = member.seed("seed");
        member.finish();
        if (seed <= kMostSeeds || !seeds.insert(seed).second)
          checker.fail(member.pathOf("seed"),
                       fmt::format("expected a seed of its own above {}, "
                                   "found {}",
                                   kMostSeeds, seed));
        design.teachers.push_back({shape, seed});
      }
    design.quickTeachers = size_t(teachers.integer(
        "quick", 1, std::max<int64_t>(1, int64_t(design.teachers.size()))));
    teachers.finish();
  }

  void checkNames() {
    std::set<std::string> names;
    for (const Shape &shape : design.students)
      if (!names.insert(shape.name()).second)
        checker.fail("plan.students", shape.name() + " stands there twice");
  }

  size_t studentAt(const json &found, const std::string &where) {
    for (size_t i = 0; i < design.students.size(); ++i)
      if (found == design.students[i].name())
        return i;
    checker.expect(where, "the name of a student, such as liquid16_b10_k4",
                   found);
    return 0;
  }
  size_t student(Members &members, const char *key) {
    const json *found = members.required(key);
    return found ? studentAt(*found, members.pathOf(key)) : 0;
  }

  std::vector<size_t> students(Members &stage) {
    std::vector<size_t> found;
    const json *value = stage.required("students");
    if (!value)
      return found;
    if (*value == "all" || *value == "representative") {
      for (size_t i = 0; i < design.students.size(); ++i)
        if (*value == "all" || design.isRepresentative(i))
          found.push_back(i);
    } else if (!value->is_array() || value->empty() ||
               value->size() > kMostNetworks) {
      checker.expect(stage.pathOf("students"),
                     "all, representative or an array of names", *value);
    } else {
      for (const json &each : *value)
        found.push_back(studentAt(each, stage.pathOf("students")));
    }
    return found;
  }

  std::vector<std::string> arguments(Members &members, const char *key) {
    std::vector<std::string> list;
    if (const json *found = members.array(key, 0, kMostArguments))
      for (const json &each : *found) {
        if (isLine(each))
          list.push_back(each.get<std::string>());
        else
          checker.expect(members.pathOf(key), "lines of text", each);
      }
    return list;
  }

  bool flag(Members &members, const char *key) {
    const json *found = members.optional(key);
    if (found && !found->is_boolean())
      checker.expect(members.pathOf(key), "true or false", *found);
    return found && found->is_boolean() && found->get<bool>();
  }

  void readStage(const json &value, const std::string &where) {
    Members members(&value, where, checker);
    StageDesign stage;
    stage.variant = members.choice("stage", kStages);
    stage.students = students(members);
    stage.taught = flag(members, "taught");
    stage.inFolds = flag(members, "folds");
    if (members.optional("from"))
      stage.from = members.choice("from", kStages);
    if (members.optional("prune"))
      stage.prune = members.number("prune", 0.01, 0.99);
    stage.arguments = arguments(members, "arguments");
    members.finish();
    if (design.stage(stage.variant))
      checker.fail(members.pathOf("stage"),
                   fmt::format("{} stands there twice", name(stage.variant)));
    for (size_t each : stage.students)
      if (stage.from &&
          (!design.has(*stage.from, design.students[each]) || stage.inFolds))
        checker.fail(members.pathOf("from"),
                     fmt::format("{} goes on from {}, which must stand before "
                                 "it, for {} too, and outside of the folds",
                                 name(stage.variant), name(*stage.from),
                                 design.students[each].name()));
    if (stage.prune > 0 && !stage.from)
      checker.fail(members.pathOf("prune"),
                   "only what goes on from another stage is pruned");
    design.stages.push_back(std::move(stage));
  }

  void checkNeeds() {
    for (const Need &need : kNeeds) {
      const StageDesign *stage = design.stage(need.variant);
      bool suits = stage && stage->inFolds == need.inFolds &&
                   stage->from.has_value() == need.from &&
                   (stage->prune > 0) == need.prunes;
      for (size_t i = 0; suits && i < design.students.size(); ++i)
        suits = (!need.all && !design.isRepresentative(i)) ||
                design.has(need.variant, design.students[i]);
      if (!suits)
        checker.fail(
            "plan.stages",
            fmt::format("the report needs {} of {} students, {}, {}{}",
                        name(need.variant), need.all ? "all" : "representative",
                        need.inFolds ? "in folds" : "on the family's split",
                        need.from ? "from another stage" : "trained anew",
                        need.prunes ? ", pruned" : ""));
    }
  }

  Checker checker;
  FamilyDesign design;
};

} // namespace

const char *name(Variant variant) {
  return variant == Variant::Teacher ? "teacher"
                                     : schema::nameOf(kStages, variant);
}

std::string Shape::name() const {
  std::string sizes =
      fmt::format("{}{}_b{}_k{}", dlnet::name(cell), units, block, basis);
  return substeps == 1 ? sizes : fmt::format("{}_s{}", sizes, substeps);
}

const StageDesign *FamilyDesign::stage(Variant variant) const {
  for (const StageDesign &each : stages)
    if (each.variant == variant)
      return &each;
  return nullptr;
}

bool FamilyDesign::has(Variant variant, const Shape &student) const {
  const StageDesign *found = stage(variant);
  return found && std::any_of(found->students.begin(), found->students.end(),
                              [&](size_t i) {
                                return students[i].name() == student.name();
                              });
}

double FamilyDesign::pruned(Variant variant) const {
  const StageDesign *found = stage(variant);
  return found ? found->prune : 0;
}

Result<FamilyDesign> readDesign(const std::string &text) {
  return Reader().read(text);
}

} // namespace dlnet
