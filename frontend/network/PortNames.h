// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a port may be called, for graphs and for the dialect alike: its name
// goes into C, its unit into comments of it.
#ifndef DLNET_FRONTEND_NETWORK_PORTNAMES_H
#define DLNET_FRONTEND_NETWORK_PORTNAMES_H

#include <cstddef>
#include <string_view>

namespace dlnet::network {

/// Greatest lengths: both become names and comments of C.
inline constexpr size_t kMaxPortName = 24, kMaxPortUnit = 24;

/// Whether `name` is [a-z][a-z0-9_]* of at most kMaxPortName.
bool isPortName(std::string_view name);

/// Whether `name` is a word of C (up to C23) or C++ that a port could be named.
bool isReservedWord(std::string_view name);

/// Whether `unit` fits into one line of a comment of C: at most kMaxPortUnit
/// printable ASCII characters without "*/".
bool isPortUnit(std::string_view unit);

} // namespace dlnet::network

#endif // DLNET_FRONTEND_NETWORK_PORTNAMES_H
