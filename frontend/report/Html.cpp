// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts styles, scripts and data into one page. The page's policy allows just
// these by their digests and no request at all, so that even a name in a
// family that were mistaken for HTML could neither run nor load anything.
#include "frontend/report/Report.h"

#include "frontend/report/Assets.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/SHA256.h"

using namespace dlnet;
using llvm::StringRef;

namespace {

std::string sourceDigest(StringRef content) {
  auto digest =
      llvm::SHA256::hash(llvm::arrayRefFromStringRef<uint8_t>(content));
  return "'sha256-" + llvm::encodeBase64(digest) + "'";
}

/// No `<` is left that could end the element that holds the data.
std::string dataOf(const nlohmann::json &report) {
  std::string text;
  for (char c : report.dump())
    text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return text;
}

} // namespace

std::string report::renderHtml(const nlohmann::json &report) {
  std::string policy = "default-src 'none'; img-src data:; style-src " +
                       sourceDigest(assets::kStyle) + "; script-src " +
                       sourceDigest(assets::kChart) + " " +
                       sourceDigest(assets::kScript);
  const std::pair<StringRef, std::string> parts[] = {
      {"@POLICY@", policy},
      {"@STYLE@", assets::kStyle},
      {"@DATA@", dataOf(report)},
      {"@CHART@", assets::kChart},
      {"@SCRIPT@", assets::kScript}};
  // In the order of the page, so that no part is looked for in another one.
  std::string html;
  StringRef rest = assets::kPage;
  for (const auto &[mark, content] : parts) {
    auto [before, after] = rest.split(mark);
    html += before.str() + content;
    rest = after;
  }
  return html + rest.str();
}
