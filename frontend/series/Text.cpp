// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace dlnet {

namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";

/// What a file is that only looks like a table by its name.
struct Kind {
  std::string_view start, what;
};
constexpr Kind kKinds[] = {
    {"PK\x03\x04", "a workbook or an archive; save its table as CSV"},
    {"\xd0\xcf\x11\xe0", "an old Excel workbook; save its table as CSV"},
    {"\x1f\x8b", "compressed; unpack it"},
    {"BZh", "compressed; unpack it"},
    {"\xfd"
     "7zXZ",
     "compressed; unpack it"},
    {"\x28\xb5\x2f\xfd", "compressed; unpack it"},
    {"PAR1", "a Parquet file; save its table as CSV"},
    {"\x89HDF", "an HDF5 file; save its table as CSV"},
    {"MATLAB 5.0", "a MATLAB file; name it .mat"},
    {"MATLAB 7.3", "a MATLAB file; name it .mat"}};

/// Length of the UTF-8 character that text starts with; 0 when it is none.
size_t utf8Length(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  size_t length = first < 0x80                    ? 1
                  : first >= 0xc2 && first < 0xe0 ? 2
                  : first >= 0xe0 && first < 0xf0 ? 3
                  : first >= 0xf0 && first < 0xf5 ? 4
                                                  : 0;
  if (length == 0 || length > text.size())
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  // Overlong forms, surrogates, and what lies beyond Unicode.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    size_t length = utf8Length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

void appendUtf8(std::string &text, uint32_t code) {
  if (code < 0x80) {
    text += char(code);
  } else if (code < 0x800) {
    text += char(0xc0 | code >> 6);
    text += char(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    text += char(0xe0 | code >> 12);
    text += char(0x80 | (code >> 6 & 0x3f));
    text += char(0x80 | (code & 0x3f));
  } else {
    text += char(0xf0 | code >> 18);
    text += char(0x80 | (code >> 12 & 0x3f));
    text += char(0x80 | (code >> 6 & 0x3f));
    text += char(0x80 | (code & 0x3f));
  }
}

std::string fromLatin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (char c : bytes)
    appendUtf8(text, static_cast<unsigned char>(c));
  return text;
}

Result<std::string> fromUtf16(std::string_view bytes, bool bigEndian) {
  auto unit = [&](size_t i) {
    uint32_t first = static_cast<unsigned char>(bytes[i]),
             second = static_cast<unsigned char>(bytes[i + 1]);
    return bigEndian ? first << 8 | second : second << 8 | first;
  };
  std::string text;
  if (bytes.size() % 2)
    return Failure{"damaged UTF-16 text"};
  text.reserve(bytes.size() / 2);
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    uint32_t code = unit(i);
    if (code >= 0xd800 && code < 0xe000) {
      uint32_t low = code < 0xdc00 && i + 3 < bytes.size() ? unit(i + 2) : 0;
      if (low < 0xdc00 || low >= 0xe000)
        return Failure{"damaged UTF-16 text"};
      code = 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00));
      i += 2;
    }
    if (code == 0)
      return Failure{"damaged UTF-16 text"};
    appendUtf8(text, code);
  }
  return text;
}

/// UTF-16 of mostly ASCII text has a zero in every other byte.
bool looksUtf16(std::string_view bytes, bool bigEndian) {
  constexpr size_t kFirst = 32;
  if (bytes.size() < 4)
    return false;
  size_t end = std::min(bytes.size() & ~size_t(1), kFirst);
  for (size_t i = 0; i < end; ++i)
    if ((bytes[i] == 0) != ((i % 2 == 0) == bigEndian))
      return false;
  return true;
}

} // namespace

Result<std::string> decodeText(std::string_view bytes) {
  for (const Kind &kind : kKinds)
    if (bytes.substr(0, kind.start.size()) == kind.start)
      return Failure{fmt::format("is no text but {}", kind.what)};
  if (bytes.substr(0, 2) == "\xff\xfe" || bytes.substr(0, 2) == "\xfe\xff")
    return fromUtf16(bytes.substr(2), bytes[0] == '\xfe');
  for (bool bigEndian : {false, true})
    if (looksUtf16(bytes, bigEndian))
      return fromUtf16(bytes, bigEndian);
  if (bytes.find('\0') != std::string_view::npos)
    return Failure{"is no text: it holds zero bytes"};
  if (bytes.substr(0, kMark.size()) == kMark)
    bytes.remove_prefix(kMark.size());
  return isUtf8(bytes) ? std::string(bytes) : fromLatin1(bytes);
}

std::string shownText(std::string_view text) {
  constexpr size_t kMost = 40;
  std::string shown;
  for (size_t count = 0; !text.empty() && count < kMost; ++count) {
    size_t length = utf8Length(text);
    if (length > 0 && isPlainName(text.substr(0, length)))
      shown += text.substr(0, length);
    else
      shown += '?';
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return shown;
}

std::string shownList(const std::vector<std::string> &texts) {
  constexpr size_t kMost = 12;
  if (texts.empty())
    return "none";
  std::string list;
  for (size_t i = 0; i < std::min(texts.size(), kMost); ++i)
    list += fmt::format("{}'{}'", i ? ", " : "", shownText(texts[i]));
  if (texts.size() > kMost)
    list += fmt::format(" and {} more", texts.size() - kMost);
  return list;
}

bool isPlainName(std::string_view text) {
  if (text.empty() || text.size() > 100)
    return false;
  while (!text.empty()) {
    size_t length = utf8Length(text);
    unsigned char first = static_cast<unsigned char>(text[0]);
    // The controls of ASCII, and those of Latin-1 behind the lead byte 0xc2.
    if (length == 0 || first < ' ' || first == 0x7f ||
        (first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0))
      return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kHard = "\xc2\xa0";
  auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
  for (;;) {
    if (!text.empty() && isBlank(text.front()))
      text.remove_prefix(1);
    else if (text.substr(0, 2) == kHard)
      text.remove_prefix(2);
    else
      break;
  }
  for (;;) {
    if (!text.empty() && isBlank(text.back()))
      text.remove_suffix(1);
    else if (text.size() >= 2 && text.substr(text.size() - 2) == kHard)
      text.remove_suffix(2);
    else
      return text;
  }
}

std::string lowered(std::string_view text) {
  std::string low(text);
  for (char &c : low)
    if (c >= 'A' && c <= 'Z')
      c = char(c - 'A' + 'a');
  return low;
}

} // namespace dlnet
