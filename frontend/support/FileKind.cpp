// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/support/FileKind.h"

#include <algorithm>
#include <cctype>

using namespace std::literals;

namespace dlnet {

const char *const kHowToGetAFamily =
    "a family file is safetensors as `dlnet-train train`, `recover` or "
    "`family` writes it; networks of other libraries are not converted, train "
    "one on your cells";

namespace {

bool has(std::string_view bytes, size_t at, std::string_view magic) {
  return bytes.size() >= at + magic.size() &&
         bytes.compare(at, magic.size(), magic) == 0;
}

bool contains(std::string_view bytes, std::string_view text) {
  return bytes.find(text) != std::string_view::npos;
}

/// A zip archive, by the names of its members.
const char *describeZip(std::string_view bytes) {
  if (contains(bytes, "/data.pkl") || contains(bytes, "/constants.pkl") ||
      contains(bytes, "/.format_version"))
    return "a PyTorch file (.pt, .pth: a zip archive with a pickle)";
  if (contains(bytes, "model.weights.h5"))
    return "a Keras model (.keras: a zip archive with HDF5)";
  if (contains(bytes, ".npy"))
    return "NumPy arrays (.npz)";
  if (contains(bytes, "[Content_Types].xml"))
    return "an Office document";
  return "a zip archive, such as PyTorch's .pt, Keras' .keras or NumPy's .npz";
}

/// Protocol buffers have no magic. ModelProto begins with the field ir_version
/// (1 to 20), then a producer's name (2), a graph (7) or imported operator sets
/// (8); SavedModel with the schema version 1 and a graph (2).
const char *describeProtobuf(std::string_view bytes) {
  if (bytes.size() < 6 || bytes[0] != 0x08 || bytes[1] < 1 || bytes[1] > 20 ||
      (bytes[2] != 0x12 && bytes[2] != 0x3a && bytes[2] != 0x42))
    return "";
  bool named = bytes[2] == 0x12 && bytes[3] > 0 && bytes[3] < 64 &&
               std::isalnum(static_cast<unsigned char>(bytes[4])) &&
               std::isalnum(static_cast<unsigned char>(bytes[5]));
  if (bytes[1] == 1 && bytes[2] == 0x12 && !named)
    return "a TensorFlow SavedModel (.pb)";
  return "an ONNX model";
}

/// Printable bytes, as many as are needed to believe it.
bool isText(std::string_view bytes) {
  std::string_view head = bytes.substr(0, 512);
  return !head.empty() && std::all_of(head.begin(), head.end(), [](char c) {
    // In UTF-8 and in Latin letters of one byte.
    auto byte = static_cast<unsigned char>(c);
    bool isControl = byte < 0x20 || byte == 0x7f || byte > 0xf7;
    return !isControl || c == '\n' || c == '\r' || c == '\t';
  });
}

/// Whether the first two lines have as many delimiters each.
bool isTable(std::string_view text) {
  size_t first = text.find('\n');
  if (first == std::string_view::npos)
    return false;
  std::string_view head = text.substr(0, first), rest = text.substr(first + 1);
  std::string_view row = rest.substr(0, rest.find('\n'));
  for (char delimiter : {',', ';', '\t'}) {
    auto count = std::count(head.begin(), head.end(), delimiter);
    if (count > 0 && count == std::count(row.begin(), row.end(), delimiter))
      return true;
  }
  return false;
}

const char *describeText(std::string_view bytes) {
  std::string_view head = bytes.substr(0, 4096);
  size_t first = head.find_first_not_of(" \t\r\n");
  char start = first == std::string_view::npos ? '\0' : head[first];
  if (has(bytes, 0, "version https://git-lfs"))
    return "a pointer of Git LFS, not the file itself; `git lfs pull` gets it";
  if (contains(head, "#ifndef") || contains(head, "#include"))
    return "C source";
  if (start == '{' || start == '[')
    return "JSON text";
  if (start == '<')
    return "HTML or XML text";
  if (contains(head, "lnn.") && contains(head, "module"))
    return "MLIR text, which dlnet-opt reads";
  if (isTable(head))
    return "a table in text (CSV)";
  return "text";
}

struct Magic {
  size_t at;
  std::string_view bytes;
  const char *kind;
};

constexpr Magic kMagics[] = {
    {0, "dlnet-checkpoint"sv,
     "a checkpoint of dlnet-train, which goes with --checkpoint"},
    {4, "TFL3"sv, "a TensorFlow Lite model (.tflite)"},
    {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file, such as Keras' .h5"},
    {0, "MATLAB 7.3 MAT-file"sv, "a MATLAB file (.mat, v7.3)"},
    {0, "MATLAB 5.0 MAT-file"sv, "a MATLAB file (.mat, v5)"},
    {512, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file"},
    {0, "\x80\x02"sv, "a Python pickle, such as an old PyTorch .pt"},
    {0, "\x80\x03"sv, "a Python pickle, such as an old PyTorch .pt"},
    {0, "\x80\x04\x95"sv, "a Python pickle"},
    {0, "\x80\x05\x95"sv, "a Python pickle"},
    {0, "\x93NUMPY"sv, "a NumPy array (.npy)"},
    {0, "GGUF"sv, "a GGUF model of llama.cpp"},
    {0, "\x1f\x8b"sv, "compressed by gzip"},
    {0, "BZh"sv, "compressed by bzip2"},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     "compressed by xz"},
    {0, "\x28\xb5\x2f\xfd"sv, "compressed by zstd"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"},
    {0, "Rar!\x1a\x07"sv, "a RAR archive"},
    {257, "ustar"sv, "a tar archive"},
    {0,
     "\x7f"
     "ELF"sv,
     "an ELF program or library"},
    {0, "MZ"sv, "a Windows program"},
    {0, "%PDF"sv, "a PDF document"},
    {0, "\x89PNG"sv, "a PNG picture"},
    {0, "SQLite format 3"sv, "an SQLite database"},
    {0, "PAR1"sv, "a Parquet table"},
    {0, "ARROW1"sv, "an Arrow (Feather) table"},
    {0, "\xff\xfe"sv, "text in UTF-16"},
    {0, "\xfe\xff"sv, "text in UTF-16"},
    {0, "\xef\xbb\xbf"sv, "text"},
};

} // namespace

std::string describeForeignFile(std::string_view bytes) {
  if (bytes.empty())
    return "empty";
  // The length of a small header and a JSON object: safetensors, or damaged.
  if (has(bytes, 4, "\0\0\0\0{"sv))
    return "";
  if (has(bytes, 0, "PK\x03\x04") || has(bytes, 0, "PK\x05\x06"))
    return describeZip(bytes);
  for (const Magic &magic : kMagics)
    if (has(bytes, magic.at, magic.bytes))
      return magic.kind;
  bool zeros =
      std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
  if (zeros && bytes.size() > 8)
    return "nothing but zeros";
  if (std::string kind = describeProtobuf(bytes); !kind.empty())
    return kind;
  return isText(bytes) ? describeText(bytes) : "";
}

} // namespace dlnet
