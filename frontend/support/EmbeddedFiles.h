// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that the build put into the program (EmbedFiles.cmake). Who embeds
// some declares their function: `namespace dlnet::embedded { const
// EmbeddedFiles &name(); }`.
#ifndef DLNET_FRONTEND_SUPPORT_EMBEDDEDFILES_H
#define DLNET_FRONTEND_SUPPORT_EMBEDDEDFILES_H

#include <map>
#include <string>
#include <string_view>

namespace dlnet {

/// Texts by the paths of their files.
class EmbeddedFiles {
public:
  using Map = std::map<std::string, std::string, std::less<>>;

  EmbeddedFiles(Map files) : files(std::move(files)) {}

  /// Null: there is no such file.
  const std::string *find(std::string_view path) const {
    auto it = files.find(path);
    return it == files.end() ? nullptr : &it->second;
  }
  /// One that the build is known to embed.
  const std::string &operator[](std::string_view path) const {
    return files.find(path)->second;
  }

  Map::const_iterator begin() const { return files.begin(); }
  Map::const_iterator end() const { return files.end(); }

private:
  Map files;
};

} // namespace dlnet

#endif // DLNET_FRONTEND_SUPPORT_EMBEDDEDFILES_H
