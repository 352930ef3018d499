// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C of a model before it is text: loops, calls of kernels, and stores of
// expressions over a closed set of integer operations. One visitor prints it
// (codegen/CEmitter.h), another counts it (passes/targets/PlanCost.h), so that
// no cost is counted that is not printed. Knows no MLIR.
#ifndef DLNET_PASSES_PLAN_PLAN_H
#define DLNET_PASSES_PLAN_PLAN_H

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dlnet::plan {

/// Of the elements of a vector.
enum class Type { S8, U8, S16, S32, U32 };
constexpr int64_t bytesOf(Type type) {
  return type <= Type::U8 ? 1 : type == Type::S16 ? 2 : 4;
}

/// Where a vector is.
enum class Home {
  State,     ///< An array in the caller's state.
  Scalar,    ///< One number there, no array.
  Parameter, ///< Memory of the caller: what a forecast is written to.
  Row,       ///< A pointer into another vector.
  Table,     ///< Constant.
};

struct Vector {
  Home home = Home::State;
  Type type = Type::S16;
  std::string name;
  std::vector<int64_t> values = {}; ///< Of a table; it has one at least.
};

/// The place of a vector in Plan::vectors.
using VectorId = unsigned;

/// factor * counter + offset; the offset alone where the counter has no name.
struct Index {
  std::string counter;
  int64_t factor = 1, offset = 0;

  static Index at(int64_t offset) { return {"", 1, offset}; }
  Index operator+(int64_t more) const {
    return {counter, factor, offset + more};
  }
  bool isConstant() const { return counter.empty(); }
};

/// A number of 32 bits.
struct Expr {
  enum class Kind {
    Literal,
    Variable,     ///< Numbered by `number`.
    Element,      ///< vector[index]
    HighByte,     ///< floor(a / 256) of a 16-bit a
    MultiplyHigh, ///< c + floor(a * b / 2^32 + 1/2)
    Saturate,     ///< To 16 bits.
    Positive,     ///< To [0, 32767].
    Clamp,        ///< a to [b, c]
    Lookup,       ///< a in a table of 2^number + 1 entries, interpolated
    Add,
    Subtract,
    Multiply,
  };
  Kind kind = Kind::Literal;
  int64_t number = 0;
  VectorId vector = 0;
  Index index = {};
  std::vector<Expr> operands = {};

  bool isLiteral(int64_t value) const {
    return kind == Kind::Literal && number == value;
  }
};

Expr literal(int64_t value);
Expr variable(int64_t number);
Expr element(VectorId vector, Index index);
Expr lookup(VectorId table, int64_t bits, Expr input);
Expr apply(Expr::Kind kind, std::vector<Expr> operands);

struct Statement;
using Block = std::vector<Statement>;

/// A line of text for readers.
struct Comment {
  std::string text;
};

/// A new variable.
struct Define {
  int64_t variable;
  Expr value;
  bool grows = false; ///< Whether Grow changes it later.
};

/// Adds to a variable.
struct Grow {
  int64_t variable;
  Expr by;
};

/// to[index] = value
struct Store {
  VectorId to;
  Index index;
  Expr value;
};

/// Points a row at an element of another vector.
struct Point {
  VectorId row, into;
  Index index;
  bool writes = false; ///< Whether the row is written.
};

/// Keeps compilers from making a call of the loop that it stands in.
struct KeepLoop {};

/// Sets a counter to 0, or adds 1 to it, where no loop does.
struct Count {
  std::string counter;
  bool starts;
};

/// An int8 product, for those who choose or price its kernel.
struct Product {
  unsigned form; ///< Among the target's packings.
  bool unrolled;
  int64_t rows, columns;
  std::vector<int64_t> weights; ///< Row by row.
};

/// A kernel's call. Its arguments are vectors, then counts.
struct Call {
  std::string kernel;
  std::vector<VectorId> vectors;
  std::vector<int64_t> counts;
  std::string note;
  std::optional<Product> product = {};
};

/// for (counter = from; counter < to; counter += step)
struct Loop {
  std::string counter;
  int64_t from, to, step;
  Block body;

  int64_t turns() const { return (to - from + step - 1) / step; }
};

/// Braces: what is defined in it ends with it.
struct Scope {
  Block body;
};

/// What one operation of the IR became, numbered in the order of the IR.
struct Part {
  unsigned number;
  Block body;
};

struct Statement : std::variant<Comment, Define, Grow, Store, Point, KeepLoop,
                                Count, Call, Loop, Scope, Part> {
  using variant::variant;
  const variant &asVariant() const { return *this; }
};

/// An array of the state that holds what is computed.
struct Buffer {
  std::string name;
  Type type;
  int64_t elements;
};

struct Plan {
  int64_t windowSize = 0;
  bool readsAge = false;
  std::vector<Buffer> buffers; ///< The widest first.
  /// What a model with ports of its own keeps of its inputs; then the two above
  /// say nothing.
  std::vector<Buffer> inputs;
  std::vector<Vector> vectors; ///< No two are equal.
  Block body;
  Block reset; ///< What gives a stream its first states.
  unsigned parts = 0;

  /// Of all constant tables, their elements alone.
  int64_t tableBytes() const;
  /// Of the state that the caller owns.
  int64_t stateBytes() const;
};

/// Calls the one of several lambdas that takes what a statement is.
template <typename... Fns> struct Overloaded : Fns... {
  using Fns::operator()...;
};
template <typename... Fns> Overloaded(Fns...) -> Overloaded<Fns...>;
template <typename... Fns> void visit(const Statement &statement, Fns... fns) {
  std::visit(Overloaded{fns...}, statement.asVariant());
}

} // namespace dlnet::plan

#endif // DLNET_PASSES_PLAN_PLAN_H
