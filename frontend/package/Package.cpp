// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What goes into which kind; the texts are in templates/.
#include "frontend/package/Package.h"

#include "frontend/support/EmbeddedFiles.h"
#include "frontend/support/Suggest.h"
#include "frontend/support/Template.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

#include <fmt/format.h>

#include <regex>

namespace dlnet::embedded {
const EmbeddedFiles &packageTemplates(); ///< The files of templates/.
} // namespace dlnet::embedded

using namespace dlnet;
using llvm::StringRef;

namespace {

struct Kind {
  const char *name;
  /// Of templates/, besides the files at its top: all of these folders.
  std::vector<const char *> folders;
  bool zipped = false;
};

const std::vector<Kind> kKinds = {
    {"cmake", {"cmake/"}},
    {"arduino", {"arduino/"}, true},
    // The sketches are the same ones.
    {"platformio", {"platformio/", "arduino/examples/"}},
    {"zephyr", {"zephyr/"}}};

/// Null: there is no such kind.
const Kind *findKind(StringRef name) {
  for (const Kind &kind : kKinds)
    if (name == kind.name)
      return &kind;
  return nullptr;
}

Fields fieldsOf(const package::Library &library,
                const package::Publisher &publisher) {
  std::string facts;
  for (const std::string &fact : library.facts)
    facts += fact + "\n";
  return {{{"name", library.prefix},
           {"NAME", StringRef(library.prefix).upper()},
           {"Name", package::camelCase(library.prefix)},
           {"tool", DLNET_VERSION},
           {"window", std::to_string(library.window)},
           {"horizon", std::to_string(library.horizon)},
           {"facts", facts},
           {"soh", library.soh},
           {"version", publisher.version},
           {"author", publisher.author},
           {"url", publisher.url}},
          {}};
}

} // namespace

Status package::Publisher::check() const {
  static const std::regex isVersion(
      "(0|[1-9][0-9]{0,5})(\\.(0|[1-9][0-9]{0,5})){2}");
  static const std::regex isUrl("https?://[A-Za-z0-9._~:/?#&=%+-]{1,200}");
  if (!std::regex_match(version, isVersion))
    return Failure{fmt::format("--package-version: '{}' is no version; "
                               "expected one such as 1.2.0",
                               version)};
  // What would end a line or a string in one of the files.
  bool printable = llvm::none_of(author, [](unsigned char c) {
    return c < 0x20 || c == 0x7f || c == '"' || c == '\\';
  });
  if (!printable || author.empty() || author.size() > 100 ||
      !llvm::json::isUTF8(author) || author.front() == ' ' ||
      author.back() == ' ')
    return Failure{"--package-author: expected up to 100 printable bytes of "
                   "UTF-8 without \" and \\, such as \"Name <name@mail>\""};
  if (!std::regex_match(url, isUrl))
    return Failure{fmt::format("--package-url: expected http:// or https:// "
                               "and up to 200 characters of an address")};
  return success();
}

Result<std::vector<std::string>> package::parseKinds(const std::string &list) {
  std::vector<std::string> kinds;
  llvm::SmallVector<StringRef> names;
  std::vector<std::string> known;
  for (const Kind &kind : kKinds)
    known.push_back(kind.name);
  StringRef(list).split(names, ',');
  for (StringRef name : names) {
    if (!findKind(name))
      return Failure{fmt::format(
          "'{}' is no kind of package; expected {}, with commas between{}",
          name.str(), llvm::join(known, ", "), didYouMean(name.str(), known))};
    if (llvm::is_contained(kinds, name))
      return Failure{fmt::format("{} is given twice", name.str())};
    kinds.push_back(name.str());
  }
  return kinds;
}

std::string package::folderOf(const Library &library, const std::string &kind) {
  return library.prefix + "-" + kind;
}

Result<package::Files> package::makePackage(const std::string &kindName,
                                            const Library &library,
                                            const Publisher &publisher) {
  const Kind &kind = *findKind(kindName);
  Fields fields = fieldsOf(library, publisher);
  const EmbeddedFiles &templates = embedded::packageTemplates();
  fields.texts["use"] = fill(templates[kindName + "/USE.md"], fields);

  Files files = {{"src/" + library.prefix + ".h", library.header},
                 {"src/" + library.prefix + ".c", library.source},
                 {"src/" + library.prefix + "_selftest.c", library.selfTest}};
  for (const auto &[name, content] : library.certificate)
    files["certificate/" + name] = content;
  for (const auto &[file, text] : templates) {
    StringRef path = file;
    if (path.contains('/')) {
      bool belongs = llvm::any_of(kind.folders, [&](StringRef folder) {
        return path.starts_with(folder);
      });
      if (!belongs || path.ends_with("/USE.md"))
        continue;
      path = path.drop_front(path.find('/') + 1);
    }
    files[fill(path.str(), fields)] = fill(text, fields);
  }

  auto inFolder = [&](const std::string &folder) {
    Files moved;
    for (const auto &[path, content] : files)
      moved[folder + "/" + path] = content;
    return moved;
  };
  Files result = inFolder(folderOf(library, kindName));
  if (kind.zipped) {
    // The folder in the zip becomes that of the installed library.
    auto zipped = zip(inFolder(camelCase(library.prefix) + "Forecast"));
    if (!zipped)
      return zipped.failure();
    result[folderOf(library, kindName) + ".zip"] = *zipped;
  }
  return result;
}

std::string package::camelCase(const std::string &prefix) {
  std::string result;
  llvm::SmallVector<StringRef> words;
  StringRef(prefix).split(words, '_', -1, /*KeepEmpty=*/false);
  for (StringRef word : words)
    result += word.take_front().upper() + word.drop_front().str();
  return result;
}
