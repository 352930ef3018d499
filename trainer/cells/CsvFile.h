// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Three readers take comma-separated text from strangers. They share one
// scanner, so that each says file and line in the same words and none of them
// can be filled up by a line without an end.
#ifndef DLNET_TRAINER_CELLS_CSVFILE_H
#define DLNET_TRAINER_CELLS_CSVFILE_H

#include "frontend/Result.h"

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// A CSV file with a header line, read row by row. Fields are trimmed of
/// blanks and quotes; a comma always separates. A byte order mark, CR LF and
/// blank lines at the end are taken as they come, blank lines between rows are
/// refused, lines that start with `#` are skipped.
class CsvFile {
public:
  /// Opens the file and reads its header.
  static Result<CsvFile> open(const std::string &path);

  bool hasColumn(std::string_view name) const;
  /// Index of a column of the header; fails when there is none or several.
  Result<size_t> column(std::string_view name) const;

  /// Reads the next row; false at the end of the file. Fails on a row with
  /// another number of fields than the header.
  Result<bool> next();

  /// Field of the row read last; valid until the next call of next().
  std::string_view field(size_t column) const { return fields[column]; }
  /// The same as a finite number.
  Result<double> number(size_t column) const;

  /// A failure at the line read last.
  Failure fail(const std::string &what) const;
  size_t line() const { return lineNumber; }

private:
  explicit CsvFile(const std::string &path)
      : path(path), stream(path, std::ios::binary) {}
  Result<bool> readLine();

  std::string path;
  std::ifstream stream;
  std::string text;
  std::vector<std::string> header;
  std::vector<std::string_view> fields;
  size_t lineNumber = 0;
};

/// The first 40 characters with everything unprintable as `?`: keeps a
/// hostile field from filling the terminal.
std::string shownText(std::string_view text);

/// Whether text may be the name of a cell, a batch or a side: 1 to 100
/// printable ASCII characters.
bool isPlainName(std::string_view text);

} // namespace dlnet

#endif // DLNET_TRAINER_CELLS_CSVFILE_H
