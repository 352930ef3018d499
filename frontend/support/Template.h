// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The language of all templates: those of emitted C, and those of packages.
#ifndef DLNET_FRONTEND_SUPPORT_TEMPLATE_H
#define DLNET_FRONTEND_SUPPORT_TEMPLATE_H

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// What a template says @field@ for. A field has a text, or stands for a
/// section, which is there once for each item of a list.
struct Fields {
  std::map<std::string, std::string, std::less<>> texts;
  std::map<std::string, std::vector<Fields>, std::less<>> sections;

  /// Has the section `name` once, with no fields of its own, or not at all.
  void keep(const std::string &name, bool kept) {
    sections[name].assign(kept ? 1 : 0, {});
  }
};

/// Fills a template:
///   @name@            the text of the field
///   @#name@...@/name@ the part between, for each item of the section; an
///                     item's fields go before those around it
///   @^name@...@/name@ the part between, where the section has no items
/// A section may hold others, but none of its own name. A tag of a section that
/// has a line to itself takes the line with it. What is no field of these stays
/// as it is, with its @, and so does a section that does not end: neither is C.
std::string fill(std::string_view text, const Fields &fields);

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_TEMPLATE_H
