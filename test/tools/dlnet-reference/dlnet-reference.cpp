// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes what emitted C is judged by: windows with the forecasts of the integer
// executor, and single products with their results.
#include "codegen/Kernels.h"
#include "frontend/compile/Compiler.h"
#include "frontend/family/SohFormat.h"
#include "frontend/series/Simulate.h"
#include "frontend/series/Windows.h"
#include "frontend/support/CommandLine.h"
#include "frontend/support/WriteFiles.h"
#include "passes/BuildPlan.h"
#include "passes/Executor.h"
#include "passes/targets/Packing.h"
#include "passes/targets/PlanCost.h"
#include "test/tools/random-models/RandomModels.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <numeric>
#include <random>

using namespace dlnet;

namespace {

int fail(const std::string &message) {
  return printError("dlnet-reference", message);
}

std::string bytesOf(const void *data, size_t size) {
  return std::string(static_cast<const char *>(data), size);
}

/// Windows that an adversary or a broken sensor would send.
void fillExtreme(std::vector<int16_t> &window, std::mt19937 &random) {
  auto any = [&] { return static_cast<int16_t>(random() & 0xffff); };
  switch (random() % 6) {
  case 0: // constant, possibly negative or at an end
    std::fill(window.begin(), window.end(),
              std::vector<int16_t>{0, 32767, -32768, -1, any()}[random() % 5]);
    break;
  case 1: // noise over all of int16
    for (int16_t &value : window)
      value = any();
    break;
  case 2: { // two levels in turn
    int16_t a = any(), b = any();
    size_t period = 1 + random() % 30;
    for (size_t i = 0; i < window.size(); ++i)
      window[i] = i / period % 2 ? a : b;
    break;
  }
  case 3: { // a step
    size_t at = random() % window.size();
    int16_t a = any(), b = any();
    for (size_t i = 0; i < window.size(); ++i)
      window[i] = i < at ? a : b;
    break;
  }
  case 4: { // one spike on a healthy cell
    std::fill(window.begin(), window.end(), 16000);
    window[random() % window.size()] = any();
    break;
  }
  default: { // a random walk
    int32_t value = any();
    for (int16_t &element : window) {
      value = std::clamp<int32_t>(
          value + static_cast<int32_t>(random() % 2001) - 1000, -32768, 32767);
      element = static_cast<int16_t>(value);
    }
  }
  }
}

/// The age of window `i` of a cell, or one that wraps, saturates or lies far
/// from all that training saw.
uint32_t chooseAge(size_t i, int64_t lived, std::mt19937 &random) {
  constexpr uint32_t kExtreme[] = {0,     1,     32766,     32767,
                                   32768, 65535, INT32_MAX, UINT32_MAX};
  if (i % 2 == 0)
    return static_cast<uint32_t>(lived);
  return i / 2 % 2 ? random() : kExtreme[i / 4 % std::size(kExtreme)];
}

struct WindowsArguments {
  std::string family, model, data, output;
  size_t count = 1000;
  uint32_t seed = 1;
};

int makeWindowsFile(const WindowsArguments &arguments) {
  auto selected = readModel(arguments.family, arguments.model);
  if (!selected)
    return fail(selected.message());
  const FamilyModel &model = selected->model();
  std::vector<Battery> cells;
  if (arguments.data.empty()) {
    cells = simulateFleet(8, arguments.seed);
  } else {
    auto set = readBatteries(arguments.data);
    if (!set)
      return fail(set.message());
    cells = set->batteries;
  }
  WindowSet real = makeWindows(cells, {model.window, model.horizon, 1});
  if (real.size() == 0)
    return fail("the cells hold no window");

  Compiler compiler;
  CompileOptions options;
  options.prefix = selected->family.name;
  auto compiled = compiler.compile(model, options);
  if (mlir::failed(compiled))
    return fail("the model was not compiled" + compiler.why());
  auto executor = lnn::IntegerExecutor::compile(compiled->model());
  if (mlir::failed(executor))
    return fail("the model does not run");

  SohFormat format(compiled->model().getFractionBits());
  std::mt19937 random(arguments.seed);
  uint32_t count = arguments.count;
  std::string windows = bytesOf(&count, sizeof count), forecasts;
  std::vector<int16_t> window(model.window), forecast(model.horizon);
  for (size_t i = 0; i < arguments.count; ++i) {
    int64_t lived = 0;
    if (i % 2 == 0) {
      Eigen::Index row = random() % real.size();
      lived = real.first[row] + model.window;
      for (size_t k = 0; k < window.size(); ++k)
        window[k] = format.toInteger(real.inputs(row, k));
    } else {
      fillExtreme(window, random);
    }
    windows += bytesOf(window.data(), window.size() * sizeof(int16_t));
    uint32_t age = 0;
    if (model.features.age) {
      age = chooseAge(i, lived, random);
      windows += bytesOf(&age, sizeof age);
    }
    executor->run(window.data(), forecast.data(), age);
    forecasts += bytesOf(forecast.data(), forecast.size() * sizeof(int16_t));
  }
  Status status = writeFiles(arguments.output, {{"windows.bin", windows},
                                                {"expected.bin", forecasts}});
  if (!status)
    return fail(status.message());
  fmt::print("{} windows, half of them of {} cells, half random or extreme\n",
             arguments.count, arguments.data.empty() ? "simulated" : "real");
  return 0;
}

struct BatteriesArguments {
  std::string output;
  size_t count = 8;
  uint64_t seed = 1;
};

int makeBatteries(const BatteriesArguments &arguments) {
  Status status = writeBatteries(simulateFleet(arguments.count, arguments.seed),
                                 arguments.output);
  return status ? 0 : fail(status.message());
}

struct AgelessArguments {
  std::string family, output;
};

/// Takes the age, the last of the inputs, from each model of a family.
int makeAgeless(const AgelessArguments &arguments) {
  auto family = readFamily(arguments.family);
  if (!family)
    return fail(family.message());
  for (FamilyModel &model : family->models) {
    if (!model.features.age)
      continue;
    model.features.age.reset();
    model.ranges.age = {};
    for (const auto &[key, shape] : expectedTensors(model)) {
      auto narrow = [&, &shape = shape](Tensor &tensor) {
        if (tensor.shape == shape)
          return;
        Tensor result{shape, {}};
        for (int64_t row = 0; row < shape[0]; ++row) {
          auto first = tensor.values.begin() + row * tensor.shape[1];
          result.values.insert(result.values.end(), first, first + shape[1]);
        }
        tensor = std::move(result);
      };
      narrow(model.tensors.at(key));
      if (auto mask = model.masks.find(key); mask != model.masks.end())
        narrow(mask->second);
    }
  }
  Status status = writeFamily(*family, arguments.output);
  return status ? 0 : fail(status.message());
}

struct RandomArguments {
  std::string output;
  uint32_t first = 0, count = 30;
};

int makeRandom(const RandomArguments &arguments) {
  Status status = writeFamily(
      test::randomFamily(arguments.first, arguments.count), arguments.output);
  return status ? 0 : fail(status.message());
}

/// A line of JSON a target.
int printTargets() {
  for (const cost::Target &target : cost::targets())
    fmt::print("{}\n", nlohmann::json{{"name", target.name},
                                      {"title", target.title},
                                      {"compiler", target.compiler},
                                      {"models_cycles", target.modelsCycles}}
                           .dump());
  return 0;
}

struct CountsArguments {
  std::string family, objective = "speed", target = cost::kDefaultTarget;
};

/// A line of JSON a model: what lnn-annotate-cost puts prices to.
int printCounts(const CountsArguments &arguments) {
  auto family = readFamily(arguments.family);
  if (!family)
    return fail(family.message());
  for (const FamilyModel &model : family->models) {
    Compiler compiler;
    CompileOptions options;
    options.prefix = family->name;
    options.objective = arguments.objective;
    options.target = arguments.target;
    auto compiled = compiler.compile(model, options);
    if (mlir::failed(compiled))
      return fail(model.name + " was not compiled" + compiler.why());
    const cost::Target &target = *cost::findTarget(arguments.target);
    cost::Counts counts =
        cost::countPlan(lnn::buildPlan(compiled->model()).plan, target).all;
    cost::ModelCost cost = cost::price(target, counts);
    nlohmann::json line = {{"model", model.name},
                           {"kernel_bytes", counts.kernelBytes},
                           {"kernel_instructions", counts.kernelInstructions},
                           {"kernel_cycles", counts.kernelCycles},
                           {"table_bytes", counts.tableBytes},
                           {"ram", counts.stateBytes},
                           {"cost",
                            {{"flash", cost.flash},
                             {"ram", cost.ram},
                             {"stack", cost.stack},
                             {"instructions", cost.instructions},
                             {"cycles", cost.cycles}}}};
    for (int i = 0; i < cost::kTerms; ++i) {
      const char *term = cost::name(static_cast<cost::Term>(i));
      line["printed"][term] = counts.printed[i];
      line["executed"][term] = counts.executed[i];
    }
    fmt::print("{}\n", line.dump());
  }
  return 0;
}

struct ProductArguments {
  std::string output, packing = "dual_row", target = cost::kDefaultTarget;
  int64_t rows = 64, columns = 128;
  double density = 1;
  uint32_t seed = 1;
  bool unroll = false;
};

/// Zeroes 2x2 blocks at random until only a part `density` of them is left.
void pruneBlocks(std::vector<int8_t> &weights, int64_t rows, int64_t columns,
                 double density, std::mt19937 &random) {
  int64_t blockColumns = (columns + 1) / 2;
  std::vector<int64_t> blocks((rows + 1) / 2 * blockColumns);
  std::iota(blocks.begin(), blocks.end(), 0);
  for (size_t left = std::lround(density * blocks.size()); blocks.size() > left;
       blocks.pop_back()) {
    std::swap(blocks[random() % blocks.size()], blocks.back());
    int64_t row = blocks.back() / blockColumns * 2;
    int64_t column = blocks.back() % blockColumns * 2;
    for (int64_t i = row; i < std::min(row + 2, rows); ++i)
      for (int64_t j = column; j < std::min(column + 2, columns); ++j)
        weights[i * columns + j] = 0;
  }
}

template <typename T>
std::string cArray(const std::string &type, const char *name,
                   const std::vector<T> &values) {
  std::string text =
      fmt::format("static const {} {}[{}] = {{", type, name, values.size());
  for (T value : values)
    text += fmt::format("{}{},", value, std::is_unsigned_v<T> ? "u" : "");
  return text + "};\n";
}

/// A program that runs one product, compares it with the plain result, and
/// prints the bytes of its tables and what all of it was expected to cost.
int makeProduct(const ProductArguments &arguments) {
  auto packing = lnn::symbolizePacking(arguments.packing);
  const cost::Target &target = *cost::findTarget(arguments.target);
  if (!target.has(static_cast<cost::ProductForm>(*packing)))
    return fail(
        fmt::format("{} has no kernel for {}", target.name, arguments.packing));
  int64_t widest = lnn::maxUnrolledColumns(*packing);
  if (arguments.unroll && arguments.columns > widest)
    return fail(fmt::format("--unroll: {} products have at most {} columns",
                            arguments.packing, widest));
  std::mt19937 random(arguments.seed);
  int64_t rows = arguments.rows, columns = arguments.columns;
  std::vector<int8_t> weights(rows * columns);
  for (int8_t &weight : weights)
    weight = static_cast<int8_t>(static_cast<int32_t>(random() % 255) - 127);
  bool dual = lnn::denseOf(*packing) == lnn::Packing::DualRow;
  // Dual rows are exact for high bytes; the other form for all 16 bits.
  std::vector<int16_t> x(columns);
  for (int16_t &value : x)
    value =
        dual ? static_cast<int16_t>(static_cast<int32_t>(random() % 256) - 128)
             : static_cast<int16_t>(random() & 0xffff);
  pruneBlocks(weights, rows, columns, arguments.density, random);
  std::vector<int32_t> y(rows, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      y[row] += weights[row * columns + column] * x[column];

  auto form = static_cast<cost::ProductForm>(*packing);
  cost::PackedWeights packed = cost::packWeights(
      rows, columns, {weights.begin(), weights.end()}, form, arguments.unroll);
  cost::ProductShape shape =
      cost::productShape(rows, columns, {weights.begin(), weights.end()});
  bool unroll = arguments.unroll, sparse = lnn::isSparse(*packing);
  cost::ProductCost cost = cost::productCost(target, shape, form, unroll);
  int64_t kernelBytes =
      cost::kernelBytes(target, cost::productKernel(shape, form, unroll));
  bool inBytes = form == cost::ProductForm::FourRows;

  x.resize(packed.columnPairs * 2, 0);
  codegen::UsedKernels used;
  std::string kernel = arguments.packing;
  if (!unroll) {
    used.common.insert(codegen::kernelOf(form));
  } else if (sparse) {
    used.straight.push_back(
        {codegen::kernelOf(form), packed.rowPairs, packed.blocks});
    kernel += "_0";
  } else {
    used.unrolled.insert({codegen::kernelOf(form), packed.columnPairs});
    kernel += fmt::format("_{}", packed.columnPairs);
  }
  std::string source = "#include <stdint.h>\n#include \"firmware.h\"\n" +
                       codegen::kernelText(used, "dln", target);
  std::string type = inBytes ? "int8_t" : "uint32_t";
  source += inBytes ? cArray(type, "weights", packed.bytes)
                    : cArray(type, "weights", packed.words);
  source += cArray("int32_t", "expected", y);
  std::string input = cArray("int16_t", "x", x);
  source += "__attribute__((aligned(4))) " + input;
  std::string call, tableBytes = "sizeof weights";
  if (sparse && unroll) {
    call = "w, x, y";
  } else if (sparse) {
    source += cArray("uint8_t", "blocks", packed.blocks);
    call = fmt::format("w, blocks, x, y, {}u", packed.rowPairs);
    tableBytes += " + sizeof blocks";
  } else {
    call = fmt::format("w, x, y, {}u", packed.rowBlocks);
    if (!unroll)
      call += fmt::format(", {}u", inBytes ? columns : packed.columnPairs);
  }
  source +=
      fmt::format("static int32_t y[{}];\n"
                  "__attribute__((noinline)) void product(const {} *w)\n"
                  "{{ dln_matvec_{}({}); }}\n"
                  "int main(void)\n{{\n"
                  "  product(weights);\n"
                  "  for (uint32_t i = 0; i < {}u; ++i)\n"
                  "    if (y[i] != expected[i])\n"
                  "      return fail(\"the product is wrong\");\n"
                  "  print_value(\"table_bytes\", {});\n"
                  "  print_value(\"expected_table_bytes\", {});\n"
                  "  print_value(\"expected_instructions\", {});\n"
                  "  print_value(\"expected_cycles\", {});\n"
                  "  print_value(\"expected_kernel_bytes\", {});\n"
                  "  return 0;\n}}\n",
                  packed.rowBlocks * 4, type, kernel, call, rows, tableBytes,
                  cost.tableBytes, cost.instructions, cost.cycles, kernelBytes);
  Status status = writeFiles(arguments.output, {{"product.c", source}});
  return status ? 0 : fail(status.message());
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Makes references for tests of emitted C.", "dlnet-reference");
  app.require_subcommand(1);
  std::function<int()> command;

  WindowsArguments windows;
  CLI::App *sub = app.add_subcommand("windows", "windows.bin and expected.bin");
  sub->add_option("family", windows.family)->required();
  sub->add_option("--model", windows.model);
  sub->add_option("--data", windows.data, "Real cells; default: simulated");
  sub->add_option("--count", windows.count)->check(CLI::Range(1, 1000000));
  sub->add_option("--seed", windows.seed);
  sub->add_option("-o,--output", windows.output)->required();
  sub->callback([&] { command = [&] { return makeWindowsFile(windows); }; });

  BatteriesArguments cells;
  sub = app.add_subcommand("cells", "CSV files of simulated cells");
  sub->add_option("--count", cells.count)->check(CLI::Range(1, 1000));
  sub->add_option("--seed", cells.seed);
  sub->add_option("-o,--output", cells.output)->required();
  sub->callback([&] { command = [&] { return makeBatteries(cells); }; });

  AgelessArguments ageless;
  sub = app.add_subcommand("ageless",
                           "a family without the age among its inputs");
  sub->add_option("family", ageless.family)->required();
  sub->add_option("-o,--output", ageless.output)->required();
  sub->callback([&] { command = [&] { return makeAgeless(ageless); }; });

  RandomArguments random;
  sub = app.add_subcommand("random", "a family of random models");
  sub->add_option("--first", random.first, "Seed of the first model")
      ->check(CLI::Range(0, 1000000));
  sub->add_option("--count", random.count)->check(CLI::Range(1, 1000));
  sub->add_option("-o,--output", random.output)->required();
  sub->callback([&] { command = [&] { return makeRandom(random); }; });

  CountsArguments counts;
  sub =
      app.add_subcommand("counts", "what the cost of each model follows from");
  sub->add_option("family", counts.family)->required();
  sub->add_option("--optimize", counts.objective)
      ->check(oneOf({"speed", "size"}));
  auto addTarget = [&](std::string &target) {
    std::vector<std::string> names;
    for (const cost::Target &each : cost::targets())
      names.push_back(each.name);
    sub->add_option("--target", target)->check(oneOf(names));
  };
  addTarget(counts.target);
  sub->callback([&] { command = [&] { return printCounts(counts); }; });

  sub = app.add_subcommand("targets", "what is known of the targets");
  sub->callback([&] { command = printTargets; });

  ProductArguments product;
  sub = app.add_subcommand("product", "product.c: one product, checked");
  sub->add_option("--rows", product.rows)->check(CLI::Range(1, 1024));
  sub->add_option("--columns", product.columns)->check(CLI::Range(1, 1024));
  sub->add_option("--packing", product.packing)
      ->check(oneOf({"dual_row", "byte_pair", "dual_row_sparse",
                     "byte_pair_sparse", "four_rows"}));
  addTarget(product.target);
  sub->add_option("--density", product.density,
                  "Part of the 2x2 blocks that is not all zero")
      ->check(CLI::Range(0.0, 1.0));
  sub->add_option("--seed", product.seed);
  sub->add_flag("--unroll", product.unroll,
                "Without a loop over columns, or blocks");
  sub->add_option("-o,--output", product.output)->required();
  sub->callback([&] { command = [&] { return makeProduct(product); }; });

  return runCommandLine(app, argc, argv, [&] { return command(); });
}
