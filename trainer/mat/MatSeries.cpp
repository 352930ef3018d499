// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/mat/MatSeries.h"

#include "frontend/series/Text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace dlnet {

namespace {

class Packer {
public:
  void add(uint64_t number) { append(&number, sizeof number); }
  void add(const std::string &text) {
    add(text.size());
    bytes += text;
  }
  template <typename T> void add(const std::vector<T> &values) {
    add(values.size());
    append(values.data(), values.size() * sizeof(T));
  }
  std::string bytes;

private:
  void append(const void *data, size_t size) {
    bytes.append(static_cast<const char *>(data), size);
  }
};

class Unpacker {
public:
  explicit Unpacker(std::string_view bytes) : bytes(bytes) {}

  bool atEnd() const { return bytes.empty(); }
  bool take(uint64_t &number) { return copy(&number, sizeof number); }
  template <typename T> bool take(T &container) {
    uint64_t size = 0;
    constexpr size_t kWidth = sizeof(typename T::value_type);
    if (!take(size) || size > bytes.size() / kWidth)
      return false;
    container.resize(size);
    return copy(container.data(), size * kWidth);
  }

private:
  bool copy(void *into, size_t size) {
    if (bytes.size() < size)
      return false;
    if (size)
      std::memcpy(into, bytes.data(), size);
    bytes.remove_prefix(size);
    return true;
  }
  std::string_view bytes;
};

} // namespace

Result<MatSeries> seriesOfVectors(const std::vector<std::string> &names,
                                  const VectorNamed &read,
                                  const BatteryOptions &options) {
  Result<Columns> columns = findColumns(names, options);
  if (!columns)
    return columns.failure();
  MatSeries series;
  series.column = names[columns->capacity];
  series.meaning = columns->meaning;
  Result<std::vector<double>> values = read(series.column);
  if (!values)
    return values.failure();
  series.values = std::move(*values);
  if (!columns->cycle)
    return series;
  const std::string &name = names[*columns->cycle];
  Result<std::vector<double>> cycles = read(name);
  if (!cycles)
    return cycles.failure();
  if (cycles->size() != series.values.size())
    return Failure{fmt::format("{} has {} elements, {} has {}", shownText(name),
                               cycles->size(), shownText(series.column),
                               series.values.size())};
  for (double cycle : *cycles) {
    if (!(cycle >= 0 && cycle < 1e7) || cycle != std::floor(cycle))
      return Failure{fmt::format("{}: {:g} is no whole number below 1e7",
                                 shownText(name), cycle)};
    series.cycles.push_back(int64_t(cycle));
  }
  return series;
}

std::string packed(const std::vector<MatSeries> &all) {
  Packer packer;
  for (const MatSeries &series : all) {
    packer.add(series.name);
    packer.add(series.column);
    packer.add(uint64_t(series.meaning.quantity));
    packer.add(uint64_t(series.meaning.unit));
    packer.add(series.values);
    packer.add(series.cycles);
  }
  return packer.bytes;
}

std::optional<std::vector<MatSeries>> unpacked(std::string_view bytes) {
  std::vector<MatSeries> all;
  for (Unpacker unpacker(bytes); !unpacker.atEnd();) {
    MatSeries series;
    uint64_t quantity = 0, unit = 0;
    if (!unpacker.take(series.name) || !unpacker.take(series.column) ||
        !unpacker.take(quantity) || !unpacker.take(unit) ||
        !unpacker.take(series.values) || !unpacker.take(series.cycles) ||
        quantity > uint64_t(Quantity::Charge) ||
        unit > uint64_t(CapacityUnit::Percent) ||
        (!series.cycles.empty() &&
         series.cycles.size() != series.values.size()))
      return std::nullopt;
    series.meaning = {Quantity(quantity), CapacityUnit(unit)};
    all.push_back(std::move(series));
  }
  return all;
}

} // namespace dlnet
