// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is drawn is small in size and rich in combination: ports of any scale
// and sign, odd widths, states of several kinds, sequences of sequences.
#include "PortsNetwork.h"

#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/raw_ostream.h>

#include <random>
#include <vector>

using namespace dlnet;
using llvm::formatv;

namespace {

/// A value of the text: its name, and its size if it is a vector.
struct Vector {
  std::string name;
  int64_t size;

  std::string type() const { return formatv("tensor<{0}xf32>", size); }
};

class Writer {
public:
  Writer(uint32_t seed, std::string name)
      : random(seed), modelName(std::move(name)) {}

  std::string write() {
    bool stream = below(2) == 0;
    stream ? writeStream() : writeWindows();
    return formatv("lnn.model @{0} attributes {{inputs = [{1}], outputs = "
                   "[{2}]} {{\n^bb0({3}):\n{4}}\n",
                   modelName, join(inputs), join(outputs), join(arguments),
                   body);
  }

private:
  // ---- Numbers ----

  uint32_t below(uint32_t limit) { return random() % limit; }
  double real(double low, double high) {
    return low + (high - low) * (random() / 4294967296.0);
  }

  static std::string join(const std::vector<std::string> &texts) {
    std::string all;
    for (const std::string &text : texts)
      all += (all.empty() ? "" : ", ") + text;
    return all;
  }

  // ---- Text ----

  template <typename... Args> void line(const char *format, Args &&...args) {
    body += "  " + formatv(format, std::forward<Args>(args)...).str() + "\n";
  }
  std::string fresh() { return formatv("%v{0}", values++); }

  std::string matrix(int64_t rows, int64_t columns) {
    std::string text = "dense<[";
    for (int64_t i = 0; i < rows; ++i) {
      text += i ? ", [" : "[";
      for (int64_t j = 0; j < columns; ++j)
        text += formatv("{0}{1:e6}", j ? ", " : "",
                        below(4) == 0 ? 0.0 : real(-0.8, 0.8));
      text += "]";
    }
    return text + formatv("]> : tensor<{0}x{1}xf32>", rows, columns).str();
  }
  std::string numbers(int64_t size) {
    std::string text = "dense<[";
    for (int64_t j = 0; j < size; ++j)
      text += formatv("{0}{1:e6}", j ? ", " : "", real(-0.5, 0.5));
    return text + formatv("]> : tensor<{0}xf32>", size).str();
  }

  Vector affine(const std::vector<Vector> &from, int64_t size) {
    Vector result{fresh(), size};
    std::vector<std::string> names, types, weights;
    for (const Vector &each : from) {
      names.push_back(each.name);
      types.push_back(each.type());
      weights.push_back(matrix(size, each.size));
    }
    line("{0} = lnn.affine({1}) weights [{2}] bias {3} : ({4}) -> {5}",
         result.name, join(names), join(weights), numbers(size), join(types),
         result.type());
    return result;
  }
  Vector activated(const char *function, Vector from) {
    Vector result{fresh(), from.size};
    line("{0} = lnn.activate {1} {2} : {3}", result.name, function, from.name,
         from.type());
    return result;
  }
  Vector binary(const char *op, Vector a, Vector b) {
    Vector result{fresh(), std::max(a.size, b.size)};
    line("{0} = lnn.{1} {2}, {3} : {4}, {5} -> {6}", result.name, op, a.name,
         b.name, a.type(), b.type(), result.type());
    return result;
  }

  // ---- Ports ----

  std::string port(const std::string &name, const char *rate,
                   const char *last = "") {
    constexpr double kScales[] = {1.0 / 16384, 0.0001, 1.0 / 30000, 0.00037};
    double scale = kScales[below(4)];
    double low = below(3) == 0 ? 0.0 : -real(0.2, 3.0);
    double high = real(0.2, 3.0);
    return formatv("#lnn.port<{0}, \"{1}\", {2:e17}, {3:e17}, {4:e17}, {5}{6}>",
                   name, below(2) ? "m/s2" : "", low, high, scale, rate, last);
  }
  Vector output(const std::vector<Vector> &from, const char *rate) {
    size_t index = outputs.size();
    outputs.push_back(
        port(formatv("y{0}", index), rate, below(3) == 0 ? ", scores" : ""));
    Vector value = affine(from, 1 + below(4));
    return below(3) == 0 ? activated("tanh", value) : value;
  }

  // ---- Recurrences ----

  /// A next state that no state of the type can make leave a box.
  Vector nextState(Vector state, const std::vector<Vector> &all) {
    switch (below(4)) {
    case 0:
      return activated("tanh", affine(all, state.size));
    case 1: { // A gate between two functions, as in CfC.
      Vector gate = activated("sigmoid", affine(all, state.size));
      Vector a = activated("tanh", affine(all, state.size));
      Vector b = activated("tanh", affine(all, state.size));
      return binary("add", b, binary("mul", gate, binary("sub", a, b)));
    }
    default:
      return ode(state, all);
    }
  }

  Vector ode(Vector state, const std::vector<Vector> &all) {
    Vector result{fresh(), state.size};
    bool fused = below(2);
    std::string x = fresh();
    line("{0} = lnn.ode {1} : {2} {{", result.name, state.name, state.type());
    line("^bb0({0}: {1}):", x, state.type());
    std::vector<Vector> inner = all;
    for (Vector &each : inner)
      if (each.name == state.name)
        each.name = x;
    Vector gate = activated("sigmoid", affine(inner, state.size));
    Vector aim = activated("tanh", affine(inner, state.size));
    Vector slope = binary("mul", gate, binary("sub", aim, {x, state.size}));
    line("lnn.yield {0} : {1}", slope.name, state.type());
    line("} {{solver = #lnn<solver {0}>, steps = {1} : i64, dt = {2:e6} : f64}",
         fused ? "fused" : "explicit_euler", 1 + below(3), real(0.3, 1.0));
    return result;
  }

  struct Scanned {
    std::vector<Vector> finals, outputs; ///< Of outputs the sequence's width.
  };

  /// A scan over sequences of these widths. `makeOutputs` adds rows that it
  /// gives, from all that a step knows.
  template <typename Fn>
  Scanned scan(const std::vector<Vector> &sequences, const std::string &steps,
               Fn makeOutputs) {
    Scanned result;
    std::vector<std::string> names, types, inits, stateTypes, declared;
    std::vector<Vector> all, states;
    for (const Vector &each : sequences) {
      names.push_back(each.name);
      types.push_back(formatv("tensor<{0}x{1}xf32>", steps, each.size));
      all.push_back({fresh(), each.size});
      declared.push_back(all.back().name + ": " + all.back().type());
    }
    for (uint32_t i = 0, count = 1 + below(3); i < count; ++i) {
      Vector state{fresh(), 1 + below(7)};
      std::string init = fresh();
      line("{0} = lnn.constant {1}", init, numbers(state.size));
      inits.push_back(init);
      stateTypes.push_back(state.type());
      declared.push_back(state.name + ": " + state.type());
      states.push_back(state);
      all.push_back(state);
    }
    std::string outer = std::exchange(body, "");
    std::vector<std::string> yielded, yieldedTypes, outputTypes;
    // Now and then a state is what another one was.
    bool delays =
        states.size() > 1 && below(3) == 0 && states[0].size == states[1].size;
    for (size_t i = 0; i < states.size(); ++i) {
      Vector next = delays && i == 1 ? states[0] : nextState(states[i], all);
      yielded.push_back(next.name);
      yieldedTypes.push_back(next.type());
    }
    for (const Vector &row : makeOutputs(all)) {
      yielded.push_back(row.name);
      yieldedTypes.push_back(row.type());
      outputTypes.push_back(formatv("tensor<{0}x{1}xf32>", steps, row.size));
      result.outputs.push_back({"", row.size});
    }
    line("lnn.yield {0} : {1}", join(yielded), join(yieldedTypes));
    std::string inner = std::exchange(body, outer);
    std::vector<std::string> results;
    for (const Vector &state : states)
      result.finals.push_back({fresh(), state.size});
    for (Vector &each : result.outputs)
      each.name = fresh();
    for (const auto *list : {&result.finals, &result.outputs})
      for (const Vector &each : *list)
        results.push_back(each.name);
    line("{0} = lnn.scan over {1} : {2} from {3} : {4}{5} {{", join(results),
         join(names), join(types), join(inits), join(stateTypes),
         outputTypes.empty() ? "" : " gives " + join(outputTypes));
    line("^bb0({0}):", join(declared));
    body += inner;
    line("}");
    return result;
  }

  void writeStream() {
    std::vector<Vector> sequences;
    for (uint32_t i = 0, count = 1 + below(3); i < count; ++i) {
      Vector input{formatv("%x{0}", i), 1 + below(5)};
      inputs.push_back(port(formatv("x{0}", i), "step"));
      arguments.push_back(
          formatv("{0}: tensor<?x{1}xf32>", input.name, input.size));
      sequences.push_back(input);
    }
    uint32_t count = 1 + below(3);
    Scanned scanned = scan(sequences, "?", [&](const std::vector<Vector> &all) {
      std::vector<Vector> rows;
      for (uint32_t i = 0; i < count; ++i)
        rows.push_back(output(all, "step"));
      return rows;
    });
    std::vector<std::string> names, types;
    for (const Vector &each : scanned.outputs) {
      names.push_back(each.name);
      types.push_back(formatv("tensor<?x{0}xf32>", each.size));
    }
    line("lnn.return {0} : {1}", join(names), join(types));
  }

  void writeWindows() {
    int64_t steps = 2 + below(9);
    std::string rows = std::to_string(steps);
    std::vector<Vector> sequences, features;
    for (uint32_t i = 0, count = 1 + below(2); i < count; ++i) {
      Vector input{formatv("%x{0}", i), 1 + below(4)};
      inputs.push_back(port(formatv("x{0}", i), "window"));
      arguments.push_back(
          formatv("{0}: tensor<{1}x{2}xf32>", input.name, rows, input.size));
      if (below(2)) {
        // The newest row, and differences beside the rows.
        std::string last = fresh(), difference = fresh(), stack = fresh();
        std::string type = formatv("tensor<{0}x{1}xf32>", rows, input.size);
        line("{0} = lnn.last {1} : {2} -> tensor<{3}xf32>", last, input.name,
             type, input.size);
        features.push_back({last, input.size});
        line("{0} = lnn.difference {1} : {2}", difference, input.name, type);
        line("{0} = lnn.stack {1}, {2} : {3}, {3} -> tensor<{4}x{5}xf32>",
             stack, input.name, difference, type, rows, 2 * input.size);
        input = {stack, 2 * input.size};
      }
      sequences.push_back(input);
    }
    if (below(2)) {
      Vector once{"%k", 1 + below(4)};
      inputs.push_back(port("k", "once"));
      arguments.push_back("%k: " + once.type());
      features.push_back(once);
    }
    bool again = below(3) == 0;
    Scanned scanned =
        scan(sequences, rows, [&](const std::vector<Vector> &all) {
          std::vector<Vector> given;
          if (again)
            given.push_back(activated("tanh", affine(all, 1 + below(4))));
          return given;
        });
    if (again)
      scanned = scan(scanned.outputs, rows, [](const std::vector<Vector> &) {
        return std::vector<Vector>();
      });
    features.insert(features.end(), scanned.finals.begin(),
                    scanned.finals.end());
    std::vector<std::string> names, types;
    for (uint32_t i = 0, count = 1 + below(3); i < count; ++i) {
      Vector value = output(features, "once");
      names.push_back(value.name);
      types.push_back(value.type());
    }
    line("lnn.return {0} : {1}", join(names), join(types));
  }

  std::mt19937 random;
  std::string modelName, body;
  std::vector<std::string> inputs, outputs, arguments;
  unsigned values = 0;
};

} // namespace

std::string dlnet::hunt::portsNetwork(uint32_t seed, const std::string &name) {
  return Writer(seed, name).write();
}
