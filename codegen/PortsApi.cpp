// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A port of one value is a scalar parameter, a wider one an array; outputs are
// arrays, which their caller owns.
#include "codegen/PortsApi.h"

#include "codegen/Noise.h"
#include "passes/Executor.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::codegen;
using llvm::formatv;
using lnn::Rate;

namespace {

/// A port, and what its value is in C.
struct Port {
  lnn::PortAttr attr;
  int64_t size;  ///< Values of a step, or of the whole where it has none.
  int64_t steps; ///< Of a window, else 1.

  std::string name() const { return attr.getName().str(); }
  std::string upper() const { return attr.getName().upper(); }
  bool is(Rate rate) const { return attr.getRate() == rate; }
};

Port portOf(lnn::PortAttr attr, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  bool rows = type.getRank() == 2;
  int64_t size = rows ? type.getDimSize(1) : type.getDimSize(0);
  if (attr.getRate() != Rate::Window)
    return {attr, size, 1};
  return {attr, rows ? size : 1, type.getDimSize(0)};
}

std::vector<Port> inputsOf(lnn::ModelOp model) {
  std::vector<Port> ports;
  for (auto [attr, argument] :
       llvm::zip(model.getInputPorts(), model.getBody().getArguments()))
    ports.push_back(portOf(attr, argument));
  return ports;
}

std::vector<Port> outputsOf(lnn::ModelOp model) {
  std::vector<Port> ports;
  for (auto [attr, value] :
       llvm::zip(model.getOutputPorts(), model.getReturned()))
    ports.push_back(portOf(attr, value));
  return ports;
}

/// A double as C reads it back.
std::string real(double value) {
  llvm::SmallString<32> digits;
  llvm::APFloat(value).toString(digits, /*FormatPrecision=*/17,
                                /*FormatMaxPadding=*/0);
  return digits.str().str();
}

std::string describe(const Port &port, bool isOutput) {
  std::string values =
      port.size == 1 ? "a value" : formatv("{0} values", port.size).str();
  switch (port.attr.getRate()) {
  case Rate::Window:
    return formatv("input, {0} of each of the last {1} steps, the oldest "
                   "first",
                   values, port.steps);
  case Rate::Step:
    return formatv("{0}, {1} a step", isOutput ? "output" : "input", values);
  case Rate::Once:
    return formatv("{0}, {1}{2} a run", isOutput ? "output" : "input", values,
                   port.attr.getScores() ? " of scores" : "");
  case Rate::Count:
    return "input, a count of steps";
  }
  llvm_unreachable("every rate has its words");
}

Fields itemOf(const Port &port) {
  Fields fields;
  fields.texts = {{"port", port.name()},
                  {"PORT", port.upper()},
                  {"size", std::to_string(port.size)},
                  {"steps", std::to_string(port.steps)},
                  {"elements", std::to_string(port.size * port.steps)}};
  fields.keep("wide", port.size > 1);
  fields.keep("windowed", port.is(Rate::Window));
  return fields;
}

Fields factsOf(const Port &port, bool isOutput) {
  Fields fields = itemOf(port);
  StringRef unit = port.attr.getUnit();
  fields.texts.insert(
      {{"what", describe(port, isOutput)},
       {"unit_note", unit.empty() ? "" : (", in " + unit).str()},
       {"scale", real(port.attr.scaleReal())},
       {"low", std::to_string(port.attr.lowInteger())},
       {"high", std::to_string(port.attr.highInteger())}});
  return fields;
}

/// The parameters of one function, and which of them are pointers.
class Parameters {
public:
  Parameters(Fields &fields, std::string section, std::string pointers,
             std::string prefix)
      : fields(fields), section(std::move(section)),
        pointers(std::move(pointers)), prefix(std::move(prefix)) {
    fields.sections[this->section];
    fields.sections[this->pointers];
  }

  /// One step of a window, or all that there is of another input.
  void input(const Port &port) {
    if (port.is(Rate::Count))
      return add("uint32_t " + port.name());
    if (port.size == 1)
      return add("int32_t " + port.name());
    addPointer(port, formatv("const int16_t {0}[{1}_{2}_SIZE]", port.name(),
                             prefix, port.upper()));
  }
  void window(const Port &port) {
    addPointer(port, formatv("const int16_t {0}[{1}_{2}_STEPS * {1}_{2}_SIZE]",
                             port.name(), prefix, port.upper()));
  }
  void output(const Port &port) {
    addPointer(port, formatv("int16_t {0}[{1}_{2}_SIZE]", port.name(), prefix,
                             port.upper()));
  }

private:
  void add(std::string parameter) {
    fields.sections[section].push_back(
        {{{"parameter", std::move(parameter)}}, {}});
  }
  void addPointer(const Port &port, std::string parameter) {
    add(std::move(parameter));
    fields.sections[pointers].push_back(itemOf(port));
  }

  Fields &fields;
  std::string section, pointers, prefix;
};

int64_t longestOf(ArrayRef<Port> inputs) {
  int64_t longest = 0;
  for (const Port &port : inputs)
    if (port.is(Rate::Window))
      longest = std::max(longest, port.steps);
    else if (port.is(Rate::Count))
      longest = std::max<int64_t>(longest, 1);
  return longest;
}

/// The functions of a network over windows.
void addWindowFunctions(ArrayRef<Port> inputs, ArrayRef<Port> outputs,
                        Fields &fields) {
  std::string prefix = fields.texts["NAME"];
  Parameters push(fields, "parameters", "pointers", prefix);
  Parameters forecast(fields, "forecasts", "forecast_pointers", prefix);
  Parameters predict(fields, "predicts", "predict_pointers", prefix);
  auto &arguments = fields.sections["arguments"];
  for (const Port &port : inputs) {
    if (port.is(Rate::Window)) {
      push.input(port);
      predict.window(port);
      continue;
    }
    predict.input(port);
    if (port.is(Rate::Once)) {
      forecast.input(port);
      arguments.push_back(itemOf(port));
    }
  }
  for (const Port &port : outputs) {
    forecast.output(port);
    predict.output(port);
    arguments.push_back(itemOf(port));
  }
}

// ---- Golden vectors ----

/// Rows of an array of arrays.
std::string rowsOf(ArrayRef<int16_t> values, size_t size) {
  std::string text;
  for (size_t at = 0; at < values.size(); at += size) {
    text += "\n    {";
    for (size_t i = 0; i < size; ++i)
      text +=
          formatv("{0}{1},", i % 12 == 0 ? "\n        " : " ", values[at + i]);
    text += "\n    },";
  }
  return text;
}

/// Values of a port from step to step: at an end of its range, anything at
/// all, or near the last one.
std::vector<int16_t> signal(const Port &port, size_t count, unsigned run,
                            Noise &noise) {
  int64_t low = port.attr.lowInteger(), high = port.attr.highInteger();
  std::vector<int16_t> values(count);
  std::vector<int64_t> last(port.size, low + (high - low) / 2);
  for (size_t i = 0; i < count; ++i) {
    int64_t &value = last[i % port.size];
    switch ((run + i / (8 * port.size)) % 4) {
    case 0:
      value += noise.around((high - low) / 16 + 1);
      break;
    case 1:
      value = noise.any();
      break;
    case 2:
      value = i / port.size % 2 ? high : low;
      break;
    default:
      value = noise.any() < 0 ? low : high;
    }
    value = std::clamp(value, low, high);
    values[i] = static_cast<int16_t>(value);
  }
  return values;
}

struct Golden {
  std::vector<std::vector<int16_t>> inputs, outputs; ///< All vectors in a row.
};

FailureOr<Golden> goldenOf(lnn::ModelOp model, unsigned vectors) {
  auto executor = lnn::IntegerExecutor::compile(model);
  if (failed(executor))
    return failure();
  std::vector<Port> inputs = inputsOf(model);
  Golden golden;
  golden.inputs.resize(inputs.size());
  golden.outputs.resize(executor->outputSizes().size());
  Noise noise;
  unsigned runs = model.isStream() ? 1 : vectors;
  for (unsigned run = 0; run < runs; ++run) {
    std::vector<std::vector<int16_t>> values, results;
    for (const Port &port : inputs)
      values.push_back(signal(
          port, port.size * port.steps * (model.isStream() ? vectors : 1), run,
          noise));
    std::vector<ArrayRef<int16_t>> views(values.begin(), values.end());
    executor->run(views, results);
    for (auto [all, value] : llvm::zip(golden.inputs, values))
      llvm::append_range(all, value);
    for (auto [all, value] : llvm::zip(golden.outputs, results))
      llvm::append_range(all, value);
  }
  return golden;
}

/// How the self-test hands a golden input over: a step of a window with
/// `step`, all of it else.
std::string goldenArgument(const Port &port, StringRef name, int64_t longest,
                           bool step) {
  std::string all = formatv("{0}_golden_{1}[vector]", name, port.name());
  if (!port.is(Rate::Window))
    return port.size == 1 ? all + "[0]" : all;
  if (!step)
    return all;
  int64_t late = longest - port.steps;
  std::string index =
      late == 0 ? "i" : formatv("(i < {0}u ? 0u : i - {0}u)", late).str();
  return port.size == 1
             ? formatv("{0}[{1}]", all, index).str()
             : formatv("&{0}[{1} * {2}u]", all, index, port.size).str();
}

} // namespace

void dlnet::codegen::addPortFields(lnn::ModelOp model, Fields &fields) {
  std::vector<Port> inputs = inputsOf(model), outputs = outputsOf(model);
  for (const char *section : {"inputs", "windows", "onces", "counts", "outputs",
                              "scores", "ports", "pushes"})
    fields.sections[section];
  int64_t longest = longestOf(inputs);
  fields.texts["longest"] = std::to_string(longest);
  fields.keep("stream", model.isStream());
  fields.keep("pushes", longest > 0 && !model.isStream());
  for (const Port &port : inputs) {
    fields.sections["ports"].push_back(factsOf(port, false));
    fields.sections["inputs"].push_back(itemOf(port));
    if (port.is(Rate::Window))
      fields.sections["windows"].push_back(itemOf(port));
    else if (port.is(Rate::Once))
      fields.sections["onces"].push_back(itemOf(port));
    else if (port.is(Rate::Count))
      fields.sections["counts"].push_back(itemOf(port));
  }
  for (const Port &port : outputs) {
    fields.sections["ports"].push_back(factsOf(port, true));
    fields.sections["outputs"].push_back(itemOf(port));
    if (port.attr.getScores())
      fields.sections["scores"].push_back(itemOf(port));
  }
  if (!model.isStream())
    return addWindowFunctions(inputs, outputs, fields);
  Parameters step(fields, "parameters", "pointers", fields.texts["NAME"]);
  for (const Port &port : inputs)
    step.input(port);
  for (const Port &port : outputs)
    step.output(port);
}

LogicalResult dlnet::codegen::addGoldenFields(lnn::ModelOp model,
                                              Fields &fields,
                                              unsigned vectors) {
  auto golden = goldenOf(model, vectors);
  if (failed(golden))
    return failure();
  std::string name = fields.texts["name"];
  std::vector<Port> inputs = inputsOf(model), outputs = outputsOf(model);
  int64_t longest = longestOf(inputs);
  fields.texts["vectors"] = std::to_string(vectors);
  auto addRows = [&](const Port &port, ArrayRef<int16_t> values,
                     const char *type) {
    int64_t count = port.size * port.steps;
    Fields item = itemOf(port);
    item.texts.insert({{"ctype", type},
                       {"count", std::to_string(count)},
                       {"rows", rowsOf(values, count)}});
    fields.sections["golden"].push_back(std::move(item));
  };
  auto call = [&](const char *section, std::string argument) {
    fields.sections[section].push_back({{{"call", std::move(argument)}}, {}});
  };
  for (const char *section : {"calls", "push_calls", "forecast_calls"})
    fields.sections[section];
  for (auto [port, values] : llvm::zip(inputs, golden->inputs)) {
    addRows(port, values, port.is(Rate::Count) ? "uint32_t" : "int16_t");
    call("calls", goldenArgument(port, name, longest, /*step=*/false));
    if (port.is(Rate::Window))
      call("push_calls", goldenArgument(port, name, longest, /*step=*/true));
    else if (port.is(Rate::Once))
      call("forecast_calls",
           goldenArgument(port, name, longest, /*step=*/false));
  }
  for (auto [port, values] : llvm::zip(outputs, golden->outputs)) {
    addRows(port, values, "int16_t");
    call("calls", port.name());
    call("forecast_calls", port.name());
  }
  return success();
}
