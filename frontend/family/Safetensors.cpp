// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading is one pass of checks, each with one message; a size is used only
// after it was compared with the number of bytes that are really there.
#include "frontend/family/Safetensors.h"

#include "frontend/support/FileKind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace dlnet {
namespace {

using nlohmann::json;

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxRank = 8;
constexpr size_t kMaxKeyBytes = 256;
constexpr char kMetadataKey[] = "__metadata__";

/// Builds a document as nlohmann's own parser does, but stops at the first
/// duplicate key and at too deep nesting. A document that deep would be
/// destroyed recursively and could exhaust the stack.
class StrictBuilder : public nlohmann::json_sax<json> {
public:
  json document;
  std::string problem;

  bool null() override { return add(nullptr) != nullptr; }
  bool boolean(bool value) override { return add(value) != nullptr; }
  bool number_integer(int64_t value) override { return add(value) != nullptr; }
  bool number_unsigned(uint64_t value) override {
    return add(value) != nullptr;
  }
  bool number_float(double value, const std::string &) override {
    return add(value) != nullptr;
  }
  bool string(std::string &value) override { return add(value) != nullptr; }
  bool binary(json::binary_t &) override { return false; }

  bool start_object(size_t) override { return open(json::object()); }
  bool start_array(size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string &name) override {
    // Keys go into messages, which are to stay readable.
    if (name.size() > kMaxKeyBytes) {
      problem = fmt::format("key {} is longer than {} bytes", quote(name),
                            kMaxKeyBytes);
      return false;
    }
    if (containers.back()->contains(name)) {
      problem = fmt::format("key {} appears twice", quote(name));
      return false;
    }
    pendingKey = std::move(name);
    return true;
  }

  bool parse_error(size_t position, const std::string &,
                   const nlohmann::detail::exception &error) override {
    // nlohmann says "[json.exception...] what it found"; the tag helps nobody.
    std::string_view text = error.what();
    size_t tagEnd = text.find("] ");
    if (tagEnd != std::string_view::npos)
      text.remove_prefix(tagEnd + 2);
    problem = fmt::format("not valid JSON at byte {}: {}", position,
                          text.substr(0, 160));
    return false;
  }

private:
  json *add(json value) {
    if (containers.empty()) {
      document = std::move(value);
      return &document;
    }
    json &parent = *containers.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[pendingKey] = std::move(value));
  }

  bool open(json value) {
    if (containers.size() == kMaxDepth) {
      problem = fmt::format("nested deeper than {} levels", kMaxDepth);
      return false;
    }
    // Parents do not grow while a child is open, so the pointers stay valid.
    containers.push_back(add(std::move(value)));
    return true;
  }

  bool close() {
    containers.pop_back();
    return true;
  }

  std::vector<json *> containers;
  std::string pendingKey;
};

std::optional<uint64_t> elementBytes(const std::string &dtype) {
  static const std::map<std::string, uint64_t> sizes = {
      {"BOOL", 1}, {"U8", 1},   {"I8", 1},  {"U16", 2}, {"I16", 2},
      {"F16", 2},  {"BF16", 2}, {"U32", 4}, {"I32", 4}, {"F32", 4},
      {"U64", 8},  {"I64", 8},  {"F64", 8}};
  auto found = sizes.find(dtype);
  if (found == sizes.end())
    return std::nullopt;
  return found->second;
}

/// Bytes of a tensor, or nothing when they exceed what a file can hold.
std::optional<uint64_t> tensorBytes(const std::vector<int64_t> &shape,
                                    uint64_t bytesPerElement) {
  uint64_t total = bytesPerElement;
  for (int64_t extent : shape) {
    if (extent < 0 || uint64_t(extent) > kMaxFileBytes)
      return std::nullopt;
    total *= uint64_t(extent); // both factors are at most 2^28
    if (total > kMaxFileBytes)
      return std::nullopt;
  }
  return total;
}

struct Extent {
  uint64_t begin, end;
};

/// Reads one tensor's description; its bytes are filled in by the caller once
/// all the extents are known to fit.
Result<Extent> readDescription(const std::string &name, const json &entry,
                               StoredTensor &tensor) {
  if (!entry.is_object())
    return Failure{
        fmt::format("{}: expected an object, found {}", name, quote(entry))};
  for (const auto &item : entry.items())
    if (item.key() != "dtype" && item.key() != "shape" &&
        item.key() != "data_offsets")
      return Failure{
          fmt::format("{}: unexpected key {}", name, quote(item.key()))};
  for (const char *key : {"dtype", "shape", "data_offsets"})
    if (!entry.contains(key))
      return Failure{fmt::format("{}.{}: missing", name, key)};

  const json &dtype = entry["dtype"];
  std::optional<uint64_t> bytesPerElement;
  if (dtype.is_string())
    bytesPerElement = elementBytes(dtype.get<std::string>());
  if (!bytesPerElement)
    return Failure{fmt::format("{}.dtype: expected an element type, found {}",
                               name, quote(dtype))};
  tensor.dtype = dtype.get<std::string>();

  const json &shape = entry["shape"];
  if (!shape.is_array() || shape.size() > kMaxRank)
    return Failure{
        fmt::format("{}.shape: expected an array of at most {} extents, "
                    "found {}",
                    name, kMaxRank, quote(shape))};
  for (const json &extent : shape) {
    if (!extent.is_number_unsigned() || extent.get<uint64_t>() > kMaxFileBytes)
      return Failure{
          fmt::format("{}.shape: expected extents in [0, {}], found {}", name,
                      kMaxFileBytes, quote(extent))};
    tensor.shape.push_back(extent.get<int64_t>());
  }
  std::optional<uint64_t> size = tensorBytes(tensor.shape, *bytesPerElement);
  if (!size)
    return Failure{
        fmt::format("{}.shape: [{}] is more than the {} bytes of the largest "
                    "file",
                    name, fmt::join(tensor.shape, ", "), kMaxFileBytes)};

  const json &offsets = entry["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 ||
      !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
    return Failure{fmt::format("{}.data_offsets: expected two offsets, found "
                               "{}",
                               name, quote(offsets))};
  Extent extent = {offsets[0].get<uint64_t>(), offsets[1].get<uint64_t>()};
  if (extent.begin > extent.end || extent.end - extent.begin != *size)
    return Failure{fmt::format("{}.data_offsets: expected the {} bytes of {} "
                               "[{}], found [{}, {}]",
                               name, *size, tensor.dtype,
                               fmt::join(tensor.shape, ", "), extent.begin,
                               extent.end)};
  return extent;
}

Status readMetadata(const json &metadata, Safetensors &file) {
  if (metadata.is_null()) // Some writers say so that there is none.
    return success();
  if (!metadata.is_object())
    return Failure{fmt::format("{}: expected an object, found {}", kMetadataKey,
                               quote(metadata))};
  for (const auto &item : metadata.items()) {
    if (!item.value().is_string())
      return Failure{fmt::format("{}.{}: expected a string, found {}",
                                 kMetadataKey, item.key(),
                                 quote(item.value()))};
    file.metadata[item.key()] = item.value().get<std::string>();
  }
  return success();
}

} // namespace

std::string quote(const json &value) {
  if (value.is_object())
    return "an object";
  if (value.is_array())
    return fmt::format("an array of {}", value.size());
  // ASCII, so that cutting cannot split a character; parsed text is valid
  // UTF-8, but a family built in memory may hold anything.
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  constexpr size_t limit = 60;
  if (text.size() > limit)
    text = text.substr(0, limit) + "...";
  return text;
}

Result<json> parseStrictJson(std::string_view text, const std::string &what) {
  StrictBuilder builder;
  if (!json::sax_parse(text.begin(), text.end(), &builder))
    return Failure{fmt::format("{}: {}", what, builder.problem)};
  return std::move(builder.document);
}

Result<Safetensors> parseSafetensors(std::string_view bytes) {
  if (bytes.size() > kMaxFileBytes)
    return Failure{fmt::format("file: {} bytes, expected at most {}",
                               bytes.size(), kMaxFileBytes)};
  if (std::string kind = describeForeignFile(bytes); !kind.empty())
    return Failure{fmt::format("is {}; {}", kind, kHowToGetAFamily)};
  if (bytes.size() < 8)
    return Failure{fmt::format("header length: truncated, the file has {} of "
                               "at least 8 bytes",
                               bytes.size())};
  uint64_t headerBytes = 0;
  for (int i = 7; i >= 0; --i)
    headerBytes = headerBytes << 8 | uint8_t(bytes[i]);
  if (headerBytes > kMaxHeaderBytes)
    return Failure{fmt::format("is no safetensors file, whose header would "
                               "have {} bytes; {}",
                               headerBytes, kHowToGetAFamily)};
  if (headerBytes > bytes.size() - 8)
    return Failure{fmt::format("header: truncated, {} of {} bytes are there",
                               bytes.size() - 8, headerBytes)};

  Result<json> header = parseStrictJson(bytes.substr(8, headerBytes), "header");
  if (!header)
    return header.failure();
  if (!header->is_object())
    return Failure{fmt::format("header: expected a JSON object, found {}",
                               quote(*header))};
  std::string_view data = bytes.substr(8 + headerBytes);

  Safetensors file;
  std::vector<std::pair<Extent, std::string>> extents;
  for (const auto &item : header->items()) {
    if (item.key() == kMetadataKey) {
      if (Status status = readMetadata(item.value(), file); !status)
        return status.failure();
      continue;
    }
    StoredTensor tensor;
    Result<Extent> extent = readDescription(item.key(), item.value(), tensor);
    if (!extent)
      return extent.failure();
    if (extent->end > data.size())
      return Failure{fmt::format("{}.data_offsets: ends at byte {}, but the "
                                 "data has {} bytes",
                                 item.key(), extent->end, data.size())};
    tensor.bytes = data.substr(extent->begin, extent->end - extent->begin);
    file.tensors.emplace(item.key(), std::move(tensor));
    extents.emplace_back(*extent, item.key());
  }

  std::sort(extents.begin(), extents.end(), [](const auto &a, const auto &b) {
    return std::make_pair(a.first.begin, a.first.end) <
           std::make_pair(b.first.begin, b.first.end);
  });
  uint64_t covered = 0;
  for (const auto &[extent, name] : extents) {
    if (extent.begin != covered)
      return Failure{fmt::format(
          "{}.data_offsets: {} the data before it, expected to begin at byte "
          "{}, found {}",
          name, extent.begin < covered ? "overlaps" : "leaves a gap after",
          covered, extent.begin)};
    covered = extent.end;
  }
  if (covered != data.size())
    return Failure{fmt::format("data: {} bytes, but the tensors cover {}",
                               data.size(), covered)};
  return file;
}

Result<std::string> serializeSafetensors(const Safetensors &file) {
  json header = json::object();
  if (!file.metadata.empty())
    header[kMetadataKey] = file.metadata;
  uint64_t offset = 0;
  for (const auto &[name, tensor] : file.tensors) {
    std::optional<uint64_t> element = elementBytes(tensor.dtype);
    if (!element || tensorBytes(tensor.shape, *element) != tensor.bytes.size())
      return Failure{fmt::format("{}: {} values of type {} do not fill the "
                                 "shape [{}]",
                                 name,
                                 tensor.bytes.size() / element.value_or(1),
                                 tensor.dtype, fmt::join(tensor.shape, ", "))};
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }

  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception &) {
    return Failure{"header: a name or a metadata value is not valid UTF-8"};
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::string bytes;
  bytes.reserve(8 + text.size() + offset);
  for (int i = 0; i < 8; ++i)
    bytes.push_back(char(uint64_t(text.size()) >> (8 * i) & 0xff));
  bytes += text;
  for (const auto &[name, tensor] : file.tensors)
    bytes += tensor.bytes;
  return bytes;
}

} // namespace dlnet
