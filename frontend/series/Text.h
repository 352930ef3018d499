// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bytes of strangers' files as UTF-8 text, and what of it may be shown or may
// name something.
#ifndef DLNET_FRONTEND_SERIES_TEXT_H
#define DLNET_FRONTEND_SERIES_TEXT_H

#include "frontend/support/Result.h"

#include <string>
#include <string_view>
#include <vector>

namespace dlnet {

/// The text of a file as UTF-8 without a byte order mark. Takes UTF-8, UTF-16
/// (by its byte order mark, or by the zeros in its first characters), and for
/// anything else Latin-1. Fails, saying what to do where it knows the kind of
/// file, on what is no text: a zero byte, or the start of a workbook, an
/// archive, a MATLAB file.
Result<std::string> decodeText(std::string_view bytes);

/// The first 40 characters with everything unprintable as `?`: keeps a
/// hostile field from filling the terminal.
std::string shownText(std::string_view text);

/// At most 12 texts as `'a', 'b' and 3 more`, each as shownText; or `none`.
std::string shownList(const std::vector<std::string> &texts);

/// Whether text may be the name of a battery, a batch or a side: 1 to 100 bytes
/// of UTF-8 without control characters.
bool isPlainName(std::string_view text);

/// Without blanks, and without non-breaking ones, at both ends.
std::string_view trimmed(std::string_view text);

/// ASCII letters in lower case; all else as it is.
std::string lowered(std::string_view text);

} // namespace dlnet

#endif // DLNET_FRONTEND_SERIES_TEXT_H
