// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Texts of fields are not looked into: what they hold of @ is theirs.
#include "frontend/support/Template.h"

#include <algorithm>
#include <cctype>

using namespace dlnet;

namespace {

/// Fields, and those around them.
struct Scope {
  const Fields &fields;
  const Scope *outer = nullptr;

  const std::string *text(std::string_view name) const {
    auto it = fields.texts.find(name);
    if (it != fields.texts.end())
      return &it->second;
    return outer ? outer->text(name) : nullptr;
  }
  const std::vector<Fields> *section(std::string_view name) const {
    auto it = fields.sections.find(name);
    if (it != fields.sections.end())
      return &it->second;
    return outer ? outer->section(name) : nullptr;
  }
};

bool isNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// A tag in a text: from where to where, and what it says.
struct Tag {
  size_t begin = 0, end = 0;
  char kind = ' '; ///< '#', '^', '/', or a blank for a field's text.
  std::string_view name;
};

/// A section's tag that has a line to itself ends where the line does, and
/// begins where it does.
Tag wholeLine(std::string_view text, Tag tag) {
  size_t begin = tag.begin;
  while (begin > 0 && text[begin - 1] == ' ')
    --begin;
  bool opensLine = begin == 0 || text[begin - 1] == '\n';
  if (tag.kind != ' ' && opensLine && text.substr(tag.end, 1) == "\n") {
    tag.begin = begin;
    ++tag.end;
  }
  return tag;
}

/// The first tag from `from` on; its end is 0 when there is none.
Tag findTag(std::string_view text, size_t from) {
  for (size_t at = text.find('@', from); at != text.npos;
       at = text.find('@', at + 1)) {
    Tag tag{at, at + 1, ' ', {}};
    if (tag.end < text.size() &&
        std::string_view("#^/").find(text[tag.end]) != std::string_view::npos)
      tag.kind = text[tag.end++];
    size_t name = tag.end;
    while (tag.end < text.size() && isNameCharacter(text[tag.end]))
      ++tag.end;
    if (tag.end == name || text.substr(tag.end, 1) != "@")
      continue;
    tag.name = text.substr(name, tag.end - name);
    ++tag.end;
    return wholeLine(text, tag);
  }
  return {};
}

/// The tag that ends a section; its end is 0 when there is none.
Tag findEnd(std::string_view text, const Tag &opening) {
  Tag tag = findTag(text, opening.end);
  while (tag.end != 0 && !(tag.kind == '/' && tag.name == opening.name))
    tag = findTag(text, tag.end);
  return tag;
}

void fillInto(std::string &result, std::string_view text, const Scope &scope) {
  size_t at = 0;
  auto keepThrough = [&](size_t end) {
    result += text.substr(at, end - at);
    at = end;
  };
  for (Tag tag = findTag(text, 0); tag.end != 0; tag = findTag(text, at)) {
    keepThrough(tag.begin);
    if (tag.kind == ' ') {
      const std::string *field = scope.text(tag.name);
      if (!field) {
        keepThrough(tag.end - 1); // The last @ may begin a field.
        continue;
      }
      result += *field;
      at = tag.end;
      continue;
    }
    const std::vector<Fields> *items = scope.section(tag.name);
    Tag end = findEnd(text, tag);
    if (!items || tag.kind == '/' || end.end == 0) {
      keepThrough(tag.end);
      continue;
    }
    std::string_view part = text.substr(tag.end, end.begin - tag.end);
    if (tag.kind == '^' && items->empty())
      fillInto(result, part, scope);
    if (tag.kind == '#')
      for (const Fields &item : *items)
        fillInto(result, part, Scope{item, &scope});
    at = end.end;
  }
  keepThrough(text.size());
}

} // namespace

std::string dlnet::fill(std::string_view text, const Fields &fields) {
  std::string result;
  fillInto(result, text, Scope{fields});
  return result;
}
