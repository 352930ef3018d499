// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/network/Ports.h"

#include "frontend/network/PortNames.h"

#include <fmt/format.h>

#include <cmath>

namespace dlnet::network {

Status verify(const Port &port) {
  if (!isPortName(port.name))
    return Failure{"expected a name [a-z][a-z0-9_]{0,23}"};
  if (isReservedWord(port.name))
    return Failure{"expected a name that is no word of C or C++"};
  if (!isPortUnit(port.unit))
    return Failure{"expected as unit at most 24 printable characters without "
                   "*/"};
  constexpr double kMost = 1e6; // of low, high and scale
  if (!(port.low >= -kMost) || !(port.low < port.high) || !(port.high <= kMost))
    return Failure{fmt::format("expected limits low < high of at most {}, "
                               "found [{}, {}]",
                               kMost, port.low, port.high)};
  if (!(port.scale > 0) || !(port.scale <= kMost))
    return Failure{fmt::format("expected a positive scale of at most {}, found "
                               "{}",
                               kMost, port.scale)};
  double least = std::fmax(std::ceil(port.low / port.scale), -32768);
  double greatest = std::fmin(std::floor(port.high / port.scale), 32767);
  if (!(least < greatest))
    return Failure{fmt::format("fewer than two int16 in units of {} lie in "
                               "[{}, {}]",
                               port.scale, port.low, port.high)};
  if (port.rate == Rate::Count && (port.low != 0 || port.scale != 1))
    return Failure{"what is counted has the scale 1 and the lower limit 0"};
  return success();
}

} // namespace dlnet::network
