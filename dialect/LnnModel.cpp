// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ports, and the model that has them.
#include "dialect/Lnn.h"
#include "frontend/network/PortNames.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace dlnet;
using namespace dlnet::lnn;

//===----------------------------------------------------------------------===//
// Ports
//===----------------------------------------------------------------------===//

namespace {

/// A limit in integers. A quotient that is an integer but for what two
/// roundings may take is that integer: 0.3 / 0.1 is 3.
double inUnits(double limit, double scale, double (*round)(double)) {
  double quotient = limit / scale, nearest = std::nearbyint(quotient);
  double slack = 1e-12 * std::max(1.0, std::abs(nearest));
  return std::abs(quotient - nearest) <= slack ? nearest : round(quotient);
}

double leastInteger(double low, double scale) {
  return std::max<double>(INT16_MIN, inUnits(low, scale, std::ceil));
}

double greatestInteger(double high, double scale) {
  return std::min<double>(INT16_MAX, inUnits(high, scale, std::floor));
}

} // namespace

int16_t PortAttr::lowInteger() const {
  return static_cast<int16_t>(leastInteger(lowReal(), scaleReal()));
}

int16_t PortAttr::highInteger() const {
  return static_cast<int16_t>(greatestInteger(highReal(), scaleReal()));
}

LogicalResult PortAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               StringRef name, StringRef unit, FloatAttr low,
                               FloatAttr high, FloatAttr scale, Rate rate,
                               bool) {
  if (!network::isPortName(name))
    return emitError() << "a port's name has lower-case letters, digits and _, "
                          "a letter first, and at most "
                       << network::kMaxPortName << " of them; found '" << name
                       << "'"; // port_c1
  if (network::isReservedWord(name))
    return emitError() << "a port cannot be named '" << name
                       << "', which is a word of C or C++"; // port_c1
  if (!network::isPortUnit(unit))
    return emitError() << "port " << name << " has a unit that is not at most "
                       << network::kMaxPortUnit
                       << " printable characters without */"; // port_c2
  double least = low.getValueAsDouble(), greatest = high.getValueAsDouble();
  double unitValue = scale.getValueAsDouble();
  if (!(std::isfinite(least) && std::isfinite(greatest) && least < greatest))
    return emitError() << "port " << name << " has limits " << least << " and "
                       << greatest
                       << "; expected finite ones in order"; // port_c3
  if (!(std::isfinite(unitValue) && unitValue > 0.0))
    return emitError() << "port " << name << " has a scale of " << unitValue
                       << "; expected one that is positive and "
                          "finite"; // port_c4
  if (!(leastInteger(least, unitValue) < greatestInteger(greatest, unitValue)))
    return emitError() << "port " << name << " has fewer than two 16-bit "
                       << "integers of scale " << unitValue << " in [" << least
                       << ", " << greatest << "]"; // port_c5
  if (rate == Rate::Count && (least != 0.0 || unitValue != 1.0))
    return emitError() << "port " << name
                       << " counts, so its scale must be 1 and its lower "
                          "limit 0"; // port_c6
  return success();
}

Attribute PortAttr::parse(AsmParser &parser, Type) {
  std::string name, unit;
  double numbers[3];
  StringRef rateName;
  SMLoc start = parser.getCurrentLocation(), rateStart;
  if (parser.parseLess() || parser.parseKeywordOrString(&name) ||
      parser.parseComma() || parser.parseString(&unit))
    return {};
  for (double &number : numbers)
    if (parser.parseComma() || parser.parseFloat(number))
      return {};
  if (parser.parseComma() || parser.getCurrentLocation(&rateStart) ||
      parser.parseKeyword(&rateName))
    return {};
  std::optional<Rate> rate = symbolizeRate(rateName);
  if (!rate) {
    parser.emitError(rateStart) << "a port's rate is window, step, once or "
                                << "count, not " << rateName;
    return {};
  }
  bool scores = succeeded(parser.parseOptionalComma());
  if ((scores && parser.parseKeyword("scores")) || parser.parseGreater())
    return {};
  auto real = [&](double value) {
    return FloatAttr::get(parser.getBuilder().getF64Type(), value);
  };
  return PortAttr::getChecked(
      [&] { return parser.emitError(start); }, parser.getContext(),
      StringRef(name), StringRef(unit), real(numbers[0]), real(numbers[1]),
      real(numbers[2]), *rate, scores);
}

void PortAttr::print(AsmPrinter &printer) const {
  printer << "<" << getName() << ", ";
  printer.printString(getUnit());
  for (FloatAttr number : {getLow(), getHigh(), getScale()}) {
    printer << ", ";
    printer.printFloat(number.getValue());
  }
  printer << ", " << stringifyRate(getRate());
  if (getScores())
    printer << ", scores";
  printer << ">";
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

namespace {

SmallVector<PortAttr> portsOf(ArrayAttr ports) {
  return llvm::to_vector(ports.getAsRange<PortAttr>());
}

/// Whether a value of a port may have a type: a row each step, a row or an
/// element each step of a window, else a vector.
bool suits(Rate rate, RankedTensorType type) {
  ArrayRef<int64_t> shape = type.getShape();
  if (!hasUsableSizes(type))
    return false;
  switch (rate) {
  case Rate::Window:
    return type.hasStaticShape() && (shape.size() == 1 || shape.size() == 2);
  case Rate::Step:
    return shape.size() == 2 && type.isDynamicDim(0) && !type.isDynamicDim(1);
  case Rate::Once:
    return type.hasStaticShape() && shape.size() == 1;
  case Rate::Count:
    return type.hasStaticShape() && shape.size() == 1 && shape[0] == 1;
  }
  return false;
}

StringRef shapeOf(Rate rate) {
  switch (rate) {
  case Rate::Window:
    return "TxN or TxCxN";
  case Rate::Step:
    return "?xCxN";
  case Rate::Once:
    return "CxN";
  case Rate::Count:
    return "1xN";
  }
  return "";
}

/// A stream is one loop over its rows.
LogicalResult verifyStream(ModelOp model) {
  ScanOp scan = model.getStreamScan();
  if (!scan)
    return model.emitOpError("is a stream, so it must hold constants and one "
                             "lnn.scan, and nothing else"); // model_c9
  Block &block = model.getBody().front();
  if (!llvm::equal(scan.getSequences(), block.getArguments()))
    return model.emitOpError("is a stream, so its scan must walk its inputs, "
                             "in their order"); // model_c9
  if (!llvm::equal(scan.getOutputs(), model.getReturned()))
    return model.emitOpError("is a stream, so it must return the outputs of "
                             "its scan, in their order"); // model_c9
  return success();
}

} // namespace

SmallVector<PortAttr> ModelOp::getInputPorts() {
  if (ArrayAttr ports = getInputsAttr())
    return portsOf(ports);
  double unit = std::ldexp(1.0, -static_cast<int>(getFractionBits()));
  SmallVector<PortAttr> ports = {PortAttr::get(
      getContext(), "soh", "SOH", 0.0, INT16_MAX * unit, unit, Rate::Window)};
  if (getBody().getNumArguments() > 1)
    ports.push_back(PortAttr::get(getContext(), "age", "charge cycles", 0.0,
                                  INT16_MAX, 1.0, Rate::Count));
  return ports;
}

SmallVector<PortAttr> ModelOp::getOutputPorts() {
  if (ArrayAttr ports = getOutputsAttr())
    return portsOf(ports);
  double unit = std::ldexp(1.0, -static_cast<int>(getFractionBits()));
  return {PortAttr::get(getContext(), "forecast", "SOH", 0.0, INT16_MAX * unit,
                        unit, Rate::Once)};
}

bool ModelOp::isStream() {
  return getInputsAttr() && llvm::any_of(getInputPorts(), [](PortAttr port) {
           return port.getRate() == Rate::Step;
         });
}

ScanOp ModelOp::getStreamScan() {
  ScanOp scan;
  for (Operation &op : getBody().front().without_terminator()) {
    if (isa<ConstantOp, SplatOp>(op))
      continue;
    if (scan || !isa<ScanOp>(op))
      return {};
    scan = cast<ScanOp>(op);
  }
  return scan;
}

bool ModelOp::isReal() {
  return cast<ShapedType>(getWindow().getType()).getElementType().isF32();
}

Value ModelOp::getAge() {
  for (auto [port, argument] :
       llvm::zip(getInputPorts(), getBody().getArguments()))
    if (port.getRate() == Rate::Count)
      return argument;
  return {};
}

/// What models without ports promise, in words of batteries.
static LogicalResult verifyDefaultPorts(ModelOp model) {
  Block &block = model.getBody().front();
  auto window = dyn_cast<RankedTensorType>(block.getArgument(0).getType());
  if (!window || window.getRank() != 1 || !suits(Rate::Window, window) ||
      !(window.getElementType().isF32() ||
        window.getElementType().isSignlessInteger(16)))
    return model.emitOpError("takes a window of rank 1, of f32 or i16 and of a "
                             "known size from 1 to 65536, not ")
           << block.getArgument(0).getType(); // model_c2
  if (block.getNumArguments() < 2)
    return success();
  auto age = RankedTensorType::get({1}, window.getElementType());
  if (block.getArgument(1).getType() != age)
    return model.emitOpError("takes an age of ")
           << block.getArgument(1).getType() << "; expected "
           << age; // model_c6
  return success();
}

/// One value of a port; `level` is the element type that all must have.
static LogicalResult verifyValue(ModelOp model, PortAttr port, Type found,
                                 Type level) {
  auto type = dyn_cast<RankedTensorType>(found);
  if (!type || type.getElementType() != level || !suits(port.getRate(), type))
    return model.emitOpError("has a port ")
           << port.getName() << " of rate " << stringifyRate(port.getRate())
           << " and type " << found << "; expected " << shapeOf(port.getRate())
           << " of " << level; // model_c2
  return success();
}

/// Each name once, whatever it names.
static LogicalResult verifyNames(ModelOp model, ArrayRef<PortAttr> ports) {
  llvm::StringSet<> names;
  for (PortAttr port : ports)
    if (!names.insert(port.getName()).second)
      return model.emitOpError("has two ports named ")
             << port.getName(); // model_c8
  return success();
}

LogicalResult ModelOp::verifyRegions() {
  Block &block = getBody().front();
  unsigned arguments = block.getNumArguments();
  if (!getInputsAttr() && arguments != 1 && arguments != 2)
    return emitOpError("takes a window, and an age if it reads one, not ")
           << arguments << " arguments"; // model_c1
  if (getInputsAttr() &&
      (arguments == 0 || getInputsAttr().size() != arguments))
    return emitOpError("has ")
           << getInputsAttr().size() << " input ports and takes " << arguments
           << " arguments; expected one for each, and one at least"; // model_c1
  if (getInputsAttr() && getOutputsAttr() && getFractionBits() != 14)
    return emitOpError("has ports, whose scales replace "
                       "fraction_bits"); // model_c7
  auto ret = dyn_cast<ReturnOp>(block.getTerminator());
  if (!ret)
    return emitOpError("must end with lnn.return"); // model_c3
  if (!getInputsAttr() && failed(verifyDefaultPorts(*this)))
    return failure();
  auto first = dyn_cast<RankedTensorType>(block.getArgument(0).getType());
  if (!first || !(first.getElementType().isF32() ||
                  first.getElementType().isSignlessInteger(16)))
    return emitOpError("takes ") << block.getArgument(0).getType()
                                 << "; expected f32 or i16"; // model_c2
  Type level = first.getElementType();
  unsigned outputs = getOutputsAttr() ? getOutputsAttr().size() : 1;
  if (ret.getNumOperands() != outputs || outputs == 0)
    return emitOpError("has ")
           << outputs << " output ports and returns " << ret.getNumOperands()
           << " values; expected one for each, and one at least"; // model_c1
  for (Type type : ret.getOperandTypes()) {
    auto shaped = cast<RankedTensorType>(type);
    if (shaped.getElementType() != level)
      return emitOpError("takes ")
             << level << " and returns " << shaped.getElementType()
             << "; both must be of the same level"; // model_c4
    if (!isStream() && !shaped.hasStaticShape())
      return emitOpError("must return a horizon of known size"); // model_c5
  }
  return verifyPorts(level);
}

LogicalResult ModelOp::verifyPorts(Type level) {
  SmallVector<PortAttr> inputs = getInputPorts(), outputs = getOutputPorts();
  for (auto [port, argument] : llvm::zip(inputs, getBody().getArguments()))
    if (failed(verifyValue(*this, port, argument.getType(), level)))
      return failure();
  bool stream = isStream();
  Rate rate = stream ? Rate::Step : Rate::Once;
  for (auto [port, value] : llvm::zip(outputs, getReturned())) {
    if (port.getRate() != rate)
      return emitOpError("has an output port ")
             << port.getName() << " of rate " << stringifyRate(port.getRate())
             << "; expected " << stringifyRate(rate); // model_c12
    if (failed(verifyValue(*this, port, value.getType(), level)))
      return failure();
  }
  for (PortAttr port : inputs) {
    if (stream && port.getRate() != Rate::Step)
      return emitOpError("is a stream and has an input port ")
             << port.getName() << " of rate " << stringifyRate(port.getRate())
             << "; expected step"; // model_c9
    if (port.getScores())
      return emitOpError("has scores as an input, ")
             << port.getName(); // model_c10
  }
  if (llvm::count_if(inputs, [](PortAttr port) {
        return port.getRate() == Rate::Count;
      }) > 1)
    return emitOpError("has two ports that count"); // model_c11
  llvm::append_range(inputs, outputs);
  if (failed(verifyNames(*this, inputs)))
    return failure();
  return stream ? verifyStream(*this) : success();
}
