// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layout is that of the System V ABI, with Arm's supplement; <elf.h> has
// its structures.
#include "test/tools/dlnet-sim/Image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fstream>

using namespace dlnet;
using namespace dlnet::sim;

namespace {
constexpr size_t kLargestFile = 64u << 20;
constexpr size_t kMostSegments = 64;
} // namespace

namespace dlnet::sim {

class ImageReader {
public:
  ImageReader(std::string path, std::vector<char> bytes)
      : path(std::move(path)), bytes(std::move(bytes)) {}

  Result<Image> read() {
    if (!readHeader() || !readSegments() || !readSymbols())
      return Failure{path + ": " + problem};
    return std::move(image);
  }

private:
  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }

  /// Copies a structure out of the file, which may end before it.
  template <typename T> bool fetch(uint64_t offset, T &into) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof into)
      return fail("the file is truncated");
    std::memcpy(&into, bytes.data() + offset, sizeof into);
    return true;
  }

  bool readHeader() {
    if (bytes.size() < SELFMAG || std::memcmp(bytes.data(), ELFMAG, SELFMAG))
      return fail("not an ELF file");
    if (!fetch(0, header))
      return false;
    if (header.e_ident[EI_CLASS] != ELFCLASS32 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB)
      return fail("not a 32-bit little-endian ELF file");
    if (header.e_machine != EM_ARM)
      return fail(fmt::format("made for machine {}, not for Arm ({})",
                              header.e_machine, EM_ARM));
    if (header.e_type != ET_EXEC)
      return fail("not an executable: link it first");
    if (header.e_phentsize != sizeof(Elf32_Phdr) || header.e_phnum == 0)
      return fail("it has no program headers");
    if (header.e_phnum > kMostSegments)
      return fail(fmt::format("{} program headers", header.e_phnum));
    return true;
  }

  bool readSegments() {
    for (uint32_t i = 0; i < header.e_phnum; ++i) {
      Elf32_Phdr segment;
      if (!fetch(uint64_t(header.e_phoff) + i * sizeof segment, segment))
        return false;
      if (segment.p_type != PT_LOAD || segment.p_filesz == 0)
        continue;
      if (segment.p_offset > bytes.size() ||
          bytes.size() - segment.p_offset < segment.p_filesz)
        return fail("the file is truncated");
      auto first = bytes.begin() + segment.p_offset;
      image.loaded.push_back(
          {segment.p_paddr, {first, first + segment.p_filesz}});
    }
    if (image.loaded.empty())
      return fail("nothing in it is to be loaded");
    return true;
  }

  bool readSymbols() {
    if (header.e_shnum == 0)
      return true;
    if (header.e_shentsize != sizeof(Elf32_Shdr))
      return fail("its section headers have a wrong size");
    for (uint32_t i = 0; i < header.e_shnum; ++i) {
      Elf32_Shdr section;
      if (!fetchSection(i, section))
        return false;
      if (section.sh_type == SHT_SYMTAB && !readTable(section))
        return false;
    }
    sortFunctions();
    return true;
  }

  bool fetchSection(uint32_t index, Elf32_Shdr &section) {
    return fetch(uint64_t(header.e_shoff) + uint64_t(index) * sizeof section,
                 section);
  }

  bool readTable(const Elf32_Shdr &table) {
    Elf32_Shdr strings;
    if (table.sh_link >= header.e_shnum)
      return fail("its symbols have no names");
    if (!fetchSection(table.sh_link, strings))
      return false;
    for (uint32_t i = 0; i < table.sh_size / sizeof(Elf32_Sym); ++i) {
      Elf32_Sym symbol;
      std::string name;
      if (!fetch(uint64_t(table.sh_offset) + i * sizeof symbol, symbol) ||
          !fetchName(uint64_t(strings.sh_offset) + symbol.st_name, name))
        return false;
      if (symbol.st_shndx == SHN_UNDEF || name.empty())
        continue;
      if (ELF32_ST_TYPE(symbol.st_info) == STT_FUNC)
        image.code.push_back({symbol.st_value & ~1u, symbol.st_size, name});
      image.symbols.push_back({std::move(name), symbol.st_value});
    }
    return true;
  }

  bool fetchName(uint64_t offset, std::string &name) {
    if (offset >= bytes.size())
      return fail("the file is truncated");
    const char *start = bytes.data() + offset;
    const void *end = std::memchr(start, 0, bytes.size() - offset);
    if (!end)
      return fail("the file is truncated");
    name.assign(start, static_cast<const char *>(end));
    return true;
  }

  void sortFunctions() {
    auto &code = image.code;
    std::stable_sort(code.begin(), code.end(),
                     [](const Image::Function &a, const Image::Function &b) {
                       return a.address < b.address;
                     });
    code.erase(
        std::unique(code.begin(), code.end(),
                    [](const Image::Function &a, const Image::Function &b) {
                      return a.address == b.address;
                    }),
        code.end());
  }

  std::string path;
  std::vector<char> bytes;
  std::string problem;
  Elf32_Ehdr header{};
  Image image;
};

} // namespace dlnet::sim

Result<Image> Image::read(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  std::vector<char> bytes;
  char chunk[4096];
  while (stream.read(chunk, sizeof chunk) || stream.gcount() > 0) {
    bytes.insert(bytes.end(), chunk, chunk + stream.gcount());
    if (bytes.size() > kLargestFile)
      return Failure{path + ": larger than 64 MiB"};
  }
  if (!stream.eof())
    return Failure{path + ": cannot be read"};
  return ImageReader(path, std::move(bytes)).read();
}

std::optional<size_t> Image::functionAt(uint32_t address) const {
  auto after = std::upper_bound(code.begin(), code.end(), address,
                                [](uint32_t wanted, const Function &function) {
                                  return wanted < function.address;
                                });
  if (after == code.begin())
    return std::nullopt;
  const Function &found = *--after;
  // Functions in assembly may not say their size.
  if (found.size != 0 && address - found.address >= found.size)
    return std::nullopt;
  return after - code.begin();
}

std::string Image::describe(uint32_t address) const {
  auto index = functionAt(address);
  if (!index)
    return fmt::format("0x{:08x}", address);
  const Function &function = code[*index];
  return fmt::format("0x{:08x} ({}+0x{:x})", address, function.name,
                     address - function.address);
}

std::optional<uint32_t> Image::symbol(const std::string &name) const {
  for (const Symbol &symbol : symbols)
    if (symbol.name == name)
      return symbol.value;
  return std::nullopt;
}
