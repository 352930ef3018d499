// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts styles, scripts and data into one page. The page's policy allows just
// these by their digests and no request at all, so that even a name in a
// family that were mistaken for HTML could neither run nor load anything.
#include "frontend/report/Report.h"

#include "frontend/support/EmbeddedFiles.h"
#include "frontend/support/Template.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/SHA256.h"

namespace dlnet::embedded {
/// The parts of the page; chart.js is Chart.js, as its package installs it.
const EmbeddedFiles &reportFiles();
} // namespace dlnet::embedded

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
  const EmbeddedFiles &files = embedded::reportFiles();
  const std::string &style = files["page.css"], &script = files["page.js"];
  const std::string &chart = files["chart.js"];
  std::string policy = "default-src 'none'; img-src data:; style-src " +
                       sourceDigest(style) + "; script-src " +
                       sourceDigest(chart) + " " + sourceDigest(script);
  return fill(files["page.html"], {{{"POLICY", policy},
                                    {"STYLE", style},
                                    {"DATA", dataOf(report)},
                                    {"CHART", chart},
                                    {"SCRIPT", script}},
                                   {}});
}
