// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables of text as testers, spreadsheets and scripts write them. How one is
// written (delimiter, lines before the header, decimal comma) is found from
// the whole file; what cannot be found is refused. parseTable takes bytes in
// memory, and any bytes: it is where a fuzzer should knock.
#ifndef DLNET_FRONTEND_SERIES_TABLE_H
#define DLNET_FRONTEND_SERIES_TABLE_H

#include "frontend/support/Result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// How well a line's fields suit as a header; 0: not at all.
using HeaderScore = std::function<int(const std::vector<std::string> &)>;

/// A header and the lines below it. Lines end in LF, CR or CR LF; blank ones
/// and those that start with `#` are no rows. Fields are trimmed of blanks and
/// of quotes, between which a delimiter stands for itself.
class Table {
public:
  const std::vector<std::string> &header() const { return names; }
  size_t rows() const { return lines.size(); }

  /// Splits a row into as many fields as the header has; empty ones more or
  /// fewer at the end are forgiven. Views into the table. False for a row of
  /// another shape, or with a quote that is not closed.
  bool split(size_t row, std::vector<std::string_view> &fields) const;

  /// The row's line in its file, from 1.
  size_t line(size_t row) const { return lines[row].number; }
  size_t headerLine() const { return headerAt; }

  /// `delimiter ';', header on line 4`, the latter only where it is not 1.
  std::string describe() const;

  /// A failure at a line of the file.
  Failure fail(size_t line, const std::string &what) const;

private:
  struct Line {
    size_t begin = 0;
    uint32_t size = 0, number = 0;
  };
  friend class TableParser;

  std::string origin, text;
  std::vector<std::string> names;
  std::vector<Line> lines;
  size_t headerAt = 1;
  char delimiter = '\0'; ///< '\0': a single column without any.
};

/// Takes bytes for a table: decodes them (decodeText), and chooses delimiter
/// and header: of the first 500 lines that are all words and have rows of as
/// many fields below, the one with the best score, then the one with numbers
/// below, then the first. `origin` stands at the start of every failure.
Result<Table> parseTable(std::string_view bytes, const std::string &origin,
                         const HeaderScore &score = nullptr);

/// The same for a file of at most 1 GiB.
Result<Table> readTable(const std::string &path,
                        const HeaderScore &score = nullptr);

/// A field of a table as a number.
struct Number {
  enum Kind {
    Finite,
    Missing, ///< Empty, or one of the words for nothing (NaN, NA, null, -).
    None     ///< Anything else.
  } kind = None;
  double value = 0;
  bool comma = false; ///< Written with a decimal comma...
  bool point = false; ///< ...or with a point.
};

/// Understands 1.08, +1.08E+00, 1,08. A thousands separator is no number.
Number parseNumber(std::string_view field);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_TABLE_H
