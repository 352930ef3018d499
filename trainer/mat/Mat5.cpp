// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "trainer/mat/Mat5.h"

#include "frontend/series/Text.h"

#include <fmt/format.h>
#include <matio.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace dlnet {

namespace {

constexpr size_t kMaximumVariables = 10000;

using File = std::unique_ptr<mat_t, int (*)(mat_t *)>;
using Variable = std::unique_ptr<matvar_t, void (*)(matvar_t *)>;

size_t elementsOf(const matvar_t *variable) {
  size_t count = 1;
  for (int i = 0; i < variable->rank; ++i)
    if (__builtin_mul_overflow(count, variable->dims[i], &count))
      return 0;
  return count;
}

bool isVector(const matvar_t *variable) {
  return variable->rank == 2 &&
         (variable->dims[0] == 1 || variable->dims[1] == 1);
}

template <typename T> std::vector<double> converted(const matvar_t *variable) {
  const T *data = static_cast<const T *>(variable->data);
  size_t count = std::min(elementsOf(variable), variable->nbytes / sizeof(T));
  return {data, data + count};
}

/// The numbers of a real array; empty for anything else.
std::vector<double> numbersOf(const matvar_t *variable) {
  if (!variable || !variable->data || variable->isComplex)
    return {};
  switch (variable->class_type) {
  case MAT_C_DOUBLE:
    return converted<double>(variable);
  case MAT_C_SINGLE:
    return converted<float>(variable);
  case MAT_C_INT64:
    return converted<int64_t>(variable);
  case MAT_C_UINT64:
    return converted<uint64_t>(variable);
  case MAT_C_INT32:
    return converted<int32_t>(variable);
  case MAT_C_UINT32:
    return converted<uint32_t>(variable);
  case MAT_C_INT16:
    return converted<int16_t>(variable);
  case MAT_C_UINT16:
    return converted<uint16_t>(variable);
  case MAT_C_INT8:
    return converted<int8_t>(variable);
  case MAT_C_UINT8:
    return converted<uint8_t>(variable);
  default:
    return {};
  }
}

std::string textOf(const matvar_t *variable) {
  std::string text;
  if (!variable || variable->class_type != MAT_C_CHAR || !variable->data ||
      variable->data_size < 1)
    return text;
  const char *data = static_cast<const char *>(variable->data);
  size_t step = size_t(variable->data_size);
  for (size_t at = 0; at + step <= variable->nbytes && text.size() < 64;
       at += step)
    text += data[at];
  return lowered(trimmed(text));
}

bool isStruct(const matvar_t *variable) {
  return variable && variable->class_type == MAT_C_STRUCT && variable->data;
}

matvar_t *fieldOf(matvar_t *structure, const char *name, size_t index = 0) {
  return isStruct(structure) && index < elementsOf(structure)
             ? Mat_VarGetStructFieldByName(structure, name, index)
             : nullptr;
}

std::vector<std::string> fieldsOf(const matvar_t *structure) {
  unsigned count = Mat_VarGetNumberOfFields(const_cast<matvar_t *>(structure));
  char *const *names = Mat_VarGetStructFieldnames(structure);
  return names ? std::vector<std::string>(names, names + count)
               : std::vector<std::string>();
}

/// NASA's layout; no values when it is another.
MatSeries seriesOfNasa(matvar_t *battery) {
  MatSeries series;
  series.column = "cycle.data.Capacity";
  series.meaning = {Quantity::Discharge, CapacityUnit::Ah};
  matvar_t *cycles = fieldOf(battery, "cycle");
  if (!isStruct(cycles))
    return series;
  for (size_t i = 0; i < elementsOf(cycles); ++i) {
    if (textOf(fieldOf(cycles, "type", i)) != "discharge")
      continue;
    std::vector<double> capacity =
        numbersOf(fieldOf(fieldOf(cycles, "data", i), "Capacity"));
    series.values.push_back(capacity.size() == 1 ? capacity[0] : kNoValue);
  }
  return series;
}

/// Oxford's layout; no values when it is another.
MatSeries seriesOfOxford(matvar_t *battery) {
  MatSeries series;
  series.column = "C1dc.q";
  series.meaning = {Quantity::Discharge, CapacityUnit::MilliAh};
  for (const std::string &name : fieldsOf(battery)) {
    std::string digits = name.rfind("cyc", 0) == 0 ? name.substr(3) : "";
    if (digits.empty() || digits.size() > 7 ||
        !std::all_of(digits.begin(), digits.end(),
                     [](unsigned char c) { return std::isdigit(c); }))
      continue;
    std::vector<double> charge = numbersOf(
        fieldOf(fieldOf(fieldOf(battery, name.c_str()), "C1dc"), "q"));
    double span = kNoValue;
    if (!charge.empty()) {
      auto [least, most] = std::minmax_element(charge.begin(), charge.end());
      span = *most - *least;
    }
    series.values.push_back(span);
    series.cycles.push_back(std::stoll(digits));
  }
  return series;
}

/// Vectors in the fields of a struct.
Result<MatSeries> seriesOfFields(matvar_t *battery,
                                 const BatteryOptions &options) {
  std::vector<std::string> names;
  for (const std::string &name : fieldsOf(battery))
    if (matvar_t *field = fieldOf(battery, name.c_str());
        field && isVector(field) && !numbersOf(field).empty())
      names.push_back(name);
  return seriesOfVectors(
      names,
      [&](const std::string &name) -> Result<std::vector<double>> {
        return numbersOf(fieldOf(battery, name.c_str()));
      },
      options);
}

void ignoreLog(int, char *) {}

} // namespace

Result<std::vector<MatSeries>> readMat5(const std::string &path,
                                        const BatteryOptions &options) {
  Mat_LogInitFunc("dlnet", ignoreLog);
  File file(Mat_Open(path.c_str(), MAT_ACC_RDONLY), Mat_Close);
  if (!file || Mat_GetVersion(file.get()) != MAT_FT_MAT5)
    return Failure{
        fmt::format("{}: not a MATLAB file of version 5, or truncated", path)};
  std::vector<MatSeries> all;
  std::vector<std::string> names, plain;
  std::vector<Variable> vectors;
  std::string fault;
  for (;;) {
    Variable variable(Mat_VarReadNext(file.get()), Mat_VarFree);
    if (!variable)
      break;
    if (names.size() == kMaximumVariables)
      return Failure{
          fmt::format("{}: more than {} variables", path, kMaximumVariables)};
    std::string name = variable->name ? variable->name : "";
    names.push_back(name);
    if (isStruct(variable.get()) && elementsOf(variable.get()) == 1) {
      MatSeries series = seriesOfNasa(variable.get());
      if (series.values.empty())
        series = seriesOfOxford(variable.get());
      if (series.values.empty()) {
        Result<MatSeries> fields = seriesOfFields(variable.get(), options);
        if (!fields) {
          fault = fmt::format("; {}: {}", shownText(name), fields.message());
          continue;
        }
        series = std::move(*fields);
      }
      series.name = name;
      all.push_back(std::move(series));
    } else if (isVector(variable.get()) && !numbersOf(variable.get()).empty()) {
      plain.push_back(name);
      vectors.push_back(std::move(variable));
    }
  }
  if (!all.empty())
    return all;
  Result<MatSeries> single = seriesOfVectors(
      plain,
      [&](const std::string &name) -> Result<std::vector<double>> {
        auto at = std::find(plain.begin(), plain.end(), name);
        return numbersOf(vectors[size_t(at - plain.begin())].get());
      },
      options);
  if (!single && plain.empty())
    return Failure{fmt::format(
        "{}: holds no battery as NASA or Oxford publish them, and no vector of "
        "capacities; variables: {}{}",
        path, names.empty() ? "none" : shownList(names), fault)};
  if (!single)
    return Failure{fmt::format("{}: {}", path, single.message())};
  return std::vector<MatSeries>{std::move(*single)};
}

} // namespace dlnet
