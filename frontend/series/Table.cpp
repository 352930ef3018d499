// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A hand-written scanner: the files are rows of numbers, and what matters is
// the place of a fault, not the corners of quoting.
#include "frontend/series/Table.h"

#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <tuple>

namespace dlnet {

namespace {

constexpr size_t kMaximumBytes = size_t(1) << 30;
constexpr size_t kMaximumLine = 1 << 16;
constexpr size_t kMaximumLines = 25000000, kMaximumColumns = 1000;
constexpr size_t kHeaderWithin = 500, kRowsToTry = 20;
constexpr char kDelimiters[] = {',', ';', '\t', '|', '\0'};

/// Splits at every delimiter outside of quotes; false at a quote without end.
bool splitFields(std::string_view line, char delimiter,
                 std::vector<std::string_view> &fields) {
  fields.clear();
  for (;;) {
    std::string_view rest = line;
    while (!rest.empty() && rest.front() == ' ')
      rest.remove_prefix(1);
    size_t end;
    if (!rest.empty() && rest.front() == '"') {
      rest.remove_prefix(1);
      size_t close = 0;
      for (;; close += 2) {
        close = rest.find('"', close);
        if (close == std::string_view::npos)
          return false;
        if (close + 1 >= rest.size() || rest[close + 1] != '"')
          break;
      }
      std::string_view behind = rest.substr(close + 1);
      end = delimiter ? behind.find(delimiter) : std::string_view::npos;
      if (!trimmed(behind.substr(0, end)).empty())
        return false;
      fields.push_back(trimmed(rest.substr(0, close)));
      line = behind;
    } else {
      end = delimiter ? line.find(delimiter) : std::string_view::npos;
      fields.push_back(trimmed(line.substr(0, end)));
    }
    if (end == std::string_view::npos)
      return true;
    line.remove_prefix(end + 1);
  }
}

/// Brings a row to the width of its header, where only empty fields differ.
bool fitTo(const std::vector<std::string> &header,
           std::vector<std::string_view> &fields) {
  while (fields.size() > header.size() && fields.back().empty())
    fields.pop_back();
  while (fields.size() < header.size() && header[fields.size()].empty())
    fields.emplace_back();
  return fields.size() == header.size();
}

bool isNumber(std::string_view field) {
  return parseNumber(field).kind == Number::Finite;
}

bool isHeaderLike(const std::vector<std::string_view> &fields) {
  return std::none_of(fields.begin(), fields.end(), isNumber) &&
         std::any_of(fields.begin(), fields.end(),
                     [](std::string_view field) { return !field.empty(); });
}

const char *nameOf(char delimiter) {
  switch (delimiter) {
  case ',':
    return "','";
  case ';':
    return "';'";
  case '\t':
    return "tab";
  case '|':
    return "'|'";
  default:
    return "none";
  }
}

} // namespace

Number parseNumber(std::string_view field) {
  Number number;
  std::string low = field.size() <= 12 ? lowered(field) : std::string();
  for (std::string_view nothing :
       {"nan", "na", "n/a", "#n/a", "null", "none", "-", "--", "-nan",
        "nan(ind)", "-nan(ind)", "1.#qnan", "-1.#ind"})
    if (low == nothing)
      number.kind = Number::Missing;
  if (field.empty())
    number.kind = Number::Missing;
  if (number.kind == Number::Missing || field.size() > 64)
    return number;
  if (field.front() == '+')
    field.remove_prefix(1);
  if (field.empty() || field.front() == '+')
    return number;
  std::string plain(field);
  number.comma = field.find(',') != std::string_view::npos;
  number.point = field.find('.') != std::string_view::npos;
  if (number.comma) {
    size_t comma = plain.find(',');
    auto isDigit = [&](size_t i) {
      return i < plain.size() && plain[i] >= '0' && plain[i] <= '9';
    };
    if (number.point || plain.find(',', comma + 1) != std::string::npos ||
        comma == 0 || !isDigit(comma - 1) || !isDigit(comma + 1))
      return number;
    plain[comma] = '.';
  }
  auto [end, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), number.value);
  if (error == std::errc() && end == plain.data() + plain.size() &&
      std::isfinite(number.value))
    number.kind = Number::Finite;
  return number;
}

bool Table::split(size_t row, std::vector<std::string_view> &fields) const {
  const Line &line = lines[row];
  return splitFields(std::string_view(text).substr(line.begin, line.size),
                     delimiter, fields) &&
         fitTo(names, fields);
}

Failure Table::fail(size_t line, const std::string &what) const {
  return Failure{fmt::format("{}:{}: {}", origin, line, what)};
}

std::string Table::describe() const {
  std::string text = fmt::format("delimiter {}", nameOf(delimiter));
  if (headerAt > 1)
    text += fmt::format(", header on line {}", headerAt);
  return text;
}

/// Finds the shape of one text, and fills a table with it.
class TableParser {
public:
  TableParser(const std::string &origin, std::string text,
              const HeaderScore &score)
      : score(score) {
    table.origin = origin;
    table.text = std::move(text);
  }

  Result<Table> parse();

private:
  using Line = Table::Line;
  struct Candidate {
    /// Score, numbers below, rows of its width below, no remark, fields.
    std::tuple<int, bool, bool, bool, size_t> rank;
    char delimiter = '\0';
    size_t header = 0; ///< Index into `all`; rows start behind it.
    std::vector<std::string> names;
  };

  std::string_view textOf(const Line &line) const {
    return std::string_view(table.text).substr(line.begin, line.size);
  }
  bool isRemark(const Line &line) const {
    std::string_view text = trimmed(textOf(line));
    return !text.empty() && text.front() == '#';
  }
  Status cutLines();
  /// The same line without the mark of a remark.
  std::string_view headerText(size_t index) const;
  std::vector<std::string> namesOf(size_t index, char delimiter) const;
  void consider(size_t index, std::vector<std::string> names, char delimiter);
  Failure nothingFound() const;

  Table table;
  const HeaderScore &score;
  std::vector<Line> all;       ///< Every line.
  std::vector<size_t> content; ///< Those of the first that are not blank.
  std::optional<Candidate> best;
};

Status TableParser::cutLines() {
  const std::string &text = table.text;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    if (end - begin > kMaximumLine)
      return table.fail(all.size() + 1, "line is too long");
    if (all.size() == kMaximumLines)
      return table.fail(all.size() + 1,
                        fmt::format("more than {} lines", kMaximumLines));
    all.push_back({begin, uint32_t(end - begin), uint32_t(all.size() + 1)});
    begin = end + 1;
    // CR LF is one end, and so is the CR CR LF of a text that was converted
    // twice.
    size_t ends = text.compare(end, 3, "\r\r\n") == 0 ? 3
                  : text.compare(end, 2, "\r\n") == 0 ? 2
                                                      : 1;
    begin = end + ends;
  }
  return success();
}

std::string_view TableParser::headerText(size_t index) const {
  std::string_view text = textOf(all[index]);
  if (isRemark(all[index]))
    text.remove_prefix(text.find('#') + 1);
  return text;
}

std::vector<std::string> TableParser::namesOf(size_t index,
                                              char delimiter) const {
  std::vector<std::string_view> fields;
  if (!splitFields(headerText(index), delimiter, fields) ||
      fields.size() > kMaximumColumns || !isHeaderLike(fields))
    return {};
  return {fields.begin(), fields.end()};
}

void TableParser::consider(size_t index, std::vector<std::string> names,
                           char delimiter) {
  std::string_view text = headerText(index);
  if (names.empty() ||
      (!delimiter && text.find_first_of(",;\t|") != std::string_view::npos))
    return;
  bool delimited = !delimiter || text.find(delimiter) != std::string_view::npos;
  bool numbers = false;
  size_t tried = 0, fitting = 0;
  std::vector<std::string_view> fields;
  for (size_t i = index + 1; i < all.size() && tried < kRowsToTry; ++i) {
    std::string_view row = textOf(all[i]);
    if (trimmed(row).empty() || isRemark(all[i]))
      continue;
    bool fits = splitFields(row, delimiter, fields) && fitTo(names, fields);
    if (tried == 0) {
      if (!fits)
        return;
      numbers = std::any_of(fields.begin(), fields.end(), isNumber);
      delimited |= row.find(delimiter) != std::string_view::npos;
      // A single column of prose is a text, and no table.
      if (!delimiter && !numbers && parseNumber(fields[0]).kind == Number::None)
        fits = false;
    }
    ++tried;
    fitting += fits;
  }
  if (!delimited)
    return;
  Candidate candidate{{score ? score(names) : 0, numbers,
                       fitting > 0 && fitting * 5 >= tried * 4,
                       !isRemark(all[index]), names.size()},
                      delimiter,
                      index,
                      std::move(names)};
  if (!best || candidate.rank > best->rank)
    best = std::move(candidate);
}

Failure TableParser::nothingFound() const {
  if (content.empty())
    return Failure{fmt::format("{}: empty file", table.origin)};
  std::string_view first = textOf(all[content[0]]);
  size_t line = all[content[0]].number;
  char delimiter = *std::max_element(
      std::begin(kDelimiters), std::end(kDelimiters) - 1, [&](char a, char b) {
        return std::count(first.begin(), first.end(), a) <
               std::count(first.begin(), first.end(), b);
      });
  if (first.find(delimiter) == std::string_view::npos)
    delimiter = '\0';
  std::vector<std::string_view> fields, next;
  if (!splitFields(first, delimiter, fields))
    return table.fail(line, "a quote is not closed on its line");
  if (std::any_of(fields.begin(), fields.end(), isNumber))
    return table.fail(line, fmt::format("no header: the file starts with "
                                        "'{}'; name the columns in a first "
                                        "line, such as cycle,capacity",
                                        shownText(first)));
  std::vector<std::string> names(fields.begin(), fields.end());
  if (content.size() > 1)
    splitFields(textOf(all[content[1]]), delimiter, next);
  return table.fail(
      line, fmt::format("no header with rows of as many fields below it; this "
                        "line has {} ({}), the next {} (delimiter {})",
                        names.size(), shownList(names), next.size(),
                        nameOf(delimiter)));
}

Result<Table> TableParser::parse() {
  if (Status cut = cutLines(); !cut)
    return cut.failure();
  for (size_t i = 0; i < all.size() && content.size() < kHeaderWithin; ++i)
    if (!trimmed(textOf(all[i])).empty())
      content.push_back(i);
  for (char delimiter : kDelimiters) {
    std::vector<std::string> above;
    for (size_t index : content) {
      std::vector<std::string> names = namesOf(index, delimiter);
      // A line of units below the names.
      if (!names.empty() && above.size() == names.size()) {
        for (size_t i = 0; i < names.size(); ++i)
          if (!names[i].empty() && names[i] != "-")
            above[i] += fmt::format(" [{}]", names[i]);
        consider(index, std::move(above), delimiter);
      }
      consider(index, names, delimiter);
      above = std::move(names);
    }
  }
  if (!best)
    return nothingFound();

  table.names = std::move(best->names);
  table.delimiter = best->delimiter;
  table.headerAt = all[best->header].number;
  std::string_view header = textOf(all[best->header]);
  bool single = table.names.size() == 1;
  size_t used = 0; // Rows up to the last that is not blank.
  for (size_t i = best->header + 1; i < all.size(); ++i) {
    std::string_view row = textOf(all[i]);
    bool blank = row.find_first_not_of(" \t,;|") == std::string_view::npos;
    // In a single column a blank line is a value that was not measured.
    if (isRemark(all[i]) || row == header || (blank && !single))
      continue;
    table.lines.push_back(all[i]);
    if (!blank)
      used = table.lines.size();
  }
  table.lines.resize(used);
  if (used == 0)
    return table.fail(table.headerAt, fmt::format("no row after the header {}",
                                                  shownList(table.names)));
  return std::move(table);
}

Result<Table> parseTable(std::string_view bytes, const std::string &origin,
                         const HeaderScore &score) {
  Result<std::string> text = decodeText(bytes);
  if (!text)
    return Failure{fmt::format("{}: {}", origin, text.message())};
  return TableParser(origin, std::move(*text), score).parse();
}

Result<Table> readTable(const std::string &path, const HeaderScore &score) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return Failure{fmt::format("{}: not a file", path)};
  std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kMaximumBytes)
    return Failure{fmt::format("{}: larger than 1 GiB", path)};
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(error ? 0 : size_t(size), '\0');
  if (error || !stream ||
      !stream.read(bytes.data(), std::streamsize(bytes.size())))
    return Failure{fmt::format("{}: cannot be read", path)};
  return parseTable(bytes, path, score);
}

} // namespace dlnet
