// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A hand-written scanner: the files are rows of numbers, and what matters is
// the place of a fault, not the corners of quoting.
#include "trainer/cells/CsvFile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>

namespace dlnet {

namespace {

constexpr size_t kMaximumLine = 1 << 16;

std::string_view trimmed(std::string_view text) {
  const char *blank = " \t\r\"";
  size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::vector<std::string_view> splitFields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    size_t comma = line.find(',');
    fields.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos)
      return fields;
    line.remove_prefix(comma + 1);
  }
}

bool isPrintable(char c) { return c >= ' ' && c <= '~'; }

} // namespace

std::string shownText(std::string_view text) {
  std::string shown(text.substr(0, 40));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return !isPrintable(c); }, '?');
  return shown;
}

bool isPlainName(std::string_view text) {
  return !text.empty() && text.size() <= 100 &&
         std::all_of(text.begin(), text.end(), isPrintable);
}

Failure CsvFile::fail(const std::string &what) const {
  return Failure{fmt::format("{}:{}: {}", path, lineNumber, what)};
}

/// Reads the next line that is no comment; false at the end.
Result<bool> CsvFile::readLine() {
  do {
    text.clear();
    ++lineNumber;
    int c;
    while ((c = stream.get()) != std::ifstream::traits_type::eof() && c != '\n')
      if (text.push_back(char(c)); text.size() > kMaximumLine)
        return fail("line is too long");
    if (stream.bad())
      return fail("cannot be read further");
    if (c == std::ifstream::traits_type::eof() && text.empty()) {
      --lineNumber;
      return false;
    }
  } while (!text.empty() && text.front() == '#');
  return true;
}

Result<CsvFile> CsvFile::open(const std::string &path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return Failure{fmt::format("{}: not a file", path)};
  CsvFile file(path);
  if (!file.stream)
    return Failure{fmt::format("{}: cannot be read", path)};
  Result<bool> line = file.readLine();
  if (!line)
    return line.failure();
  if (!*line)
    return Failure{fmt::format("{}: empty file", path)};
  std::string_view text = file.text;
  if (text.rfind("\xef\xbb\xbf", 0) == 0)
    text.remove_prefix(3);
  for (std::string_view name : splitFields(text))
    file.header.emplace_back(name);
  return file;
}

bool CsvFile::hasColumn(std::string_view name) const {
  return std::find(header.begin(), header.end(), name) != header.end();
}

Result<size_t> CsvFile::column(std::string_view name) const {
  auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end())
    return fail(fmt::format("no column '{}' in the header", name));
  if (std::find(found + 1, header.end(), name) != header.end())
    return fail(fmt::format("column '{}' appears twice", name));
  return size_t(found - header.begin());
}

Result<bool> CsvFile::next() {
  size_t blankLine = 0;
  for (;;) {
    Result<bool> line = readLine();
    if (!line || !*line)
      return line;
    if (!trimmed(text).empty())
      break;
    blankLine = blankLine ? blankLine : lineNumber;
  }
  if (blankLine) {
    lineNumber = blankLine;
    return fail("blank line between rows");
  }
  fields = splitFields(text);
  if (fields.size() != header.size())
    return fail(
        fmt::format("{} columns, expected {}", fields.size(), header.size()));
  return true;
}

Result<double> CsvFile::number(size_t column) const {
  std::string_view field = fields[column];
  double value = 0;
  auto [end, error] =
      std::from_chars(field.data(), field.data() + field.size(), value);
  if (field.empty() || error != std::errc() ||
      end != field.data() + field.size())
    return fail(fmt::format("{} '{}' is not a number", header[column],
                            shownText(field)));
  if (!std::isfinite(value))
    return fail(fmt::format("{} is not finite", header[column]));
  return value;
}

} // namespace dlnet
