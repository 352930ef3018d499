// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Script, picture and complaints go through files in memory: nothing is left on
// the disk, and no pipe can fill up while the other side waits.
#include "trainer/report/Gnuplot.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace dlnet {

namespace {

constexpr const char *kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                    "#56B4E9", "#E69F00", "#000000"};
constexpr size_t kColourCount = sizeof kColours / sizeof *kColours;

/// A file that is only memory.
class MemoryFile {
public:
  MemoryFile() : descriptor(memfd_create("dlnet", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor >= 0)
      close(descriptor);
  }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  int number() const { return descriptor; }

  bool write(const std::string &text) {
    size_t done = 0;
    while (done < text.size()) {
      ssize_t count =
          ::write(descriptor, text.data() + done, text.size() - done);
      if (count < 0 && errno != EINTR)
        return false;
      done += count > 0 ? size_t(count) : 0;
    }
    return lseek(descriptor, 0, SEEK_SET) == 0;
  }

  std::string read() {
    std::string text;
    char buffer[1 << 16];
    lseek(descriptor, 0, SEEK_SET);
    for (;;) {
      ssize_t count = ::read(descriptor, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        return text;
      text.append(buffer, size_t(count));
    }
  }

private:
  int descriptor;
};

/// The length of the UTF-8 character at `at`, 0 if there is none.
size_t characterLength(const std::string &text, size_t at) {
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  unsigned lead = byte(at);
  size_t length = lead < 0x80                    ? 1
                  : lead >= 0xc2 && lead <= 0xdf ? 2
                  : lead >= 0xe0 && lead <= 0xef ? 3
                  : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                 : 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80)
      return 0;
  // Overlong forms, halves of surrogate pairs and what lies behind Unicode.
  unsigned second = byte(at + 1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
    return 0;
  return length;
}

std::string quotedAs(const std::string &text, size_t most, bool format) {
  std::string result = "\"";
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    if (count == most) {
      result += "…";
      break;
    }
    size_t length = characterLength(text, at);
    unsigned char byte = static_cast<unsigned char>(text[at]);
    // U+0080 to U+009F are control characters too, and XML has no U+FFFE.
    bool control =
        byte < 32 || byte == 127 ||
        (byte == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0) ||
        (length == 3 && (text.compare(at, 3, "\xef\xbf\xbe") == 0 ||
                         text.compare(at, 3, "\xef\xbf\xbf") == 0));
    // gnuplot would take a digit behind an escape for one more of its digits.
    bool escaped = result.size() > 4 && result[result.size() - 4] == '\\';
    if (!length || control)
      result += '?';
    else if (byte == '%' && format)
      result += "%%";
    else if (length == 1 &&
             ((!std::isalnum(byte) && !std::strchr(" .,-", byte)) ||
              (escaped && std::isdigit(byte))))
      result += fmt::format("\\{:03o}", byte);
    else
      result += text.substr(at, length);
    at += length ? length : 1;
  }
  return result + "\"";
}

constexpr const char *kNoGnuplot =
    "pictures are drawn by gnuplot, which is not in PATH; Debian's package is "
    "gnuplot-nox";

/// What gnuplot wrote, in one line of at most 300 letters.
std::string oneLine(const std::string &text) {
  std::string line;
  for (char byte : text.substr(0, 300))
    if (static_cast<unsigned char>(byte) > ' ')
      line += byte;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  return line;
}

} // namespace

std::string quoted(const std::string &text, size_t most) {
  return quotedAs(text, most, false);
}

std::string quotedTic(const std::string &text, size_t most) {
  return quotedAs(text, most, true);
}

std::string number(double value) {
  return std::abs(value) < 1e15 ? fmt::format("{:.9g}", value) : "NaN";
}

const char *colour(size_t index) { return kColours[index % kColourCount]; }

std::string lineStyle(size_t index) {
  return fmt::format("lc rgb '{}' lw 2 dt {}", colour(index),
                     1 + index / kColourCount % 5);
}

Status checkGnuplot() {
  const char *path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/gnuplot").c_str(), X_OK) == 0)
      return success();
  return Failure{kNoGnuplot};
}

Script::Script(int width, int height) {
  // noenhanced: an underscore in a name is an underscore.
  line("set encoding utf8");
  line("set terminal svg size {},{} fixed noenhanced name 'dlnet' "
       "font 'sans-serif,13' background '#ffffff' linewidth 1",
       width, height);
  line("set datafile missing NaN");
  line("set border 3 lc rgb '#808080'");
  line("set tics nomirror out scale 0.5 textcolor rgb '#404040'");
  line("set grid lc rgb '#dddddd' lw 1 dt 1");
  line("set key Left reverse samplen 2 width 1");
}

std::string Script::data(const std::vector<std::vector<double>> &rows) {
  std::string name = fmt::format("$data{}", blocks++);
  text += name + " << END\n";
  for (const std::vector<double> &row : rows) {
    for (size_t i = 0; i < row.size(); ++i)
      text += (i ? " " : "") + number(row[i]);
    text += '\n';
  }
  text += "END\n";
  return name;
}

Result<std::string> Script::draw() const {
  MemoryFile script, picture, complaints;
  if (script.number() < 0 || picture.number() < 0 || complaints.number() < 0 ||
      !script.write(text))
    return Failure{
        fmt::format("no memory for a picture: {}", std::strerror(errno))};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, script.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, picture.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, complaints.number(), STDERR_FILENO);
  // -d and next to no environment: the same picture whoever draws it.
  const char *arguments[] = {"gnuplot", "-d", nullptr};
  const char *path = std::getenv("PATH");
  std::string pathEntry = std::string("PATH=") + (path ? path : "");
  const char *environment[] = {"LC_ALL=C.UTF-8", pathEntry.c_str(), nullptr};
  pid_t child = 0;
  int error = posix_spawnp(&child, "gnuplot", &files, nullptr,
                           const_cast<char **>(arguments),
                           const_cast<char **>(environment));
  posix_spawn_file_actions_destroy(&files);
  if (error == ENOENT)
    return Failure{kNoGnuplot};
  if (error)
    return Failure{
        fmt::format("cannot start gnuplot: {}", std::strerror(error))};
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  std::string svg = picture.read();
  // The one sequence of letters that XML forbids and gnuplot lets through.
  for (size_t at = 0; (at = svg.find("]]>", at)) != std::string::npos;)
    svg.replace(at, 3, "]]&gt;");
  size_t end = svg.find_last_not_of("\n");
  bool whole = end != std::string::npos && end >= 5 &&
               svg.compare(end - 5, 6, "</svg>") == 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && whole)
    return svg;
  return Failure{fmt::format("gnuplot did not draw the picture: {}",
                             oneLine(complaints.read()))};
}

} // namespace dlnet
