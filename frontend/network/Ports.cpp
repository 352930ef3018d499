// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A port's name goes into C, its unit into comments.
#include "frontend/network/Ports.h"

#include <fmt/format.h>

#include <cmath>

namespace dlnet::network {

Status verify(const Port &port) {
  const std::string &name = port.name;
  if (name.empty() || name.size() > 32 || name[0] < 'a' || name[0] > 'z' ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") !=
          std::string::npos)
    return Failure{"expected a name [a-z][a-z0-9_]{0,31}"};
  bool isLine = !port.unit.empty() && port.unit.size() <= 64;
  for (unsigned char c : port.unit)
    isLine &= c >= 0x20 && c != 0x7f;
  if (!isLine)
    return Failure{"expected as unit one line of 1 to 64 bytes"};
  if (!std::isfinite(port.low) || !std::isfinite(port.high) ||
      !(port.low < port.high))
    return Failure{fmt::format("expected finite limits low < high, found [{}, "
                               "{}]",
                               port.low, port.high)};
  if (!(port.scale > 0) || !std::isfinite(port.scale))
    return Failure{
        fmt::format("expected a positive scale, found {}", port.scale)};
  double least = std::fmax(std::ceil(port.low / port.scale), -32768);
  double greatest = std::fmin(std::floor(port.high / port.scale), 32767);
  if (!(least <= greatest))
    return Failure{fmt::format("no int16 in units of {} lies in [{}, {}]",
                               port.scale, port.low, port.high)};
  return success();
}

} // namespace dlnet::network
