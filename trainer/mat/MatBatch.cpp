// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// HDF5 files can point anywhere and claim any size. Every object's kind, type
// and extent is checked before memory is taken for it, and nothing outside the
// file is followed.
#include "trainer/mat/MatBatch.h"

#include "frontend/series/Progress.h"
#include "frontend/series/Text.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <cmath>

namespace dlnet {

namespace {

constexpr hsize_t kMaximumBatteries = 10000;
constexpr size_t kMaximumTotal = 20000000;
constexpr hsize_t kMaximumChunkBytes = hsize_t(64) << 20;

/// An HDF5 identifier that is closed when it goes.
class Handle {
public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id(id), close(close) {}
  ~Handle() {
    if (id >= 0)
      close(id);
  }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  explicit operator bool() const { return id >= 0; }
  operator hid_t() const { return id; }

private:
  hid_t id;
  herr_t (*close)(hid_t);
};

/// The library prints its own traces to stderr; our one message is enough.
class SilentErrors {
public:
  SilentErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function, &data);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~SilentErrors() { H5Eset_auto2(H5E_DEFAULT, function, data); }
  SilentErrors(const SilentErrors &) = delete;
  SilentErrors &operator=(const SilentErrors &) = delete;

private:
  H5E_auto2_t function = nullptr;
  void *data = nullptr;
};

/// Whether `name` is in `group` itself: soft links may dangle, and external
/// ones lead to other files.
bool holds(hid_t group, const char *name) {
  H5L_info_t info;
  return H5Lexists(group, name, H5P_DEFAULT) > 0 &&
         H5Lget_info(group, name, &info, H5P_DEFAULT) >= 0 &&
         info.type == H5L_TYPE_HARD;
}

/// Checks that a dataset is one row or column of at most `most` elements,
/// stored in the file itself, and returns how many it has.
Result<size_t> checkedLength(hid_t dataset, hsize_t most,
                             const std::string &where) {
  Handle space(H5Dget_space(dataset), H5Sclose);
  int rank = space ? H5Sget_simple_extent_ndims(space) : -1;
  hsize_t dims[2] = {1, 1};
  if (rank < 1 || rank > 2 ||
      H5Sget_simple_extent_dims(space, dims, nullptr) != rank ||
      (dims[0] != 1 && dims[1] != 1))
    return Failure{fmt::format("{}: not a single row or column", where)};
  hsize_t length = std::max(dims[0], dims[1]);
  if (length > most)
    return Failure{
        fmt::format("{}: {} elements, at most {}", where, length, most)};
  Handle plist(H5Dget_create_plist(dataset), H5Pclose);
  H5D_layout_t layout = plist ? H5Pget_layout(plist) : H5D_LAYOUT_ERROR;
  bool plain = layout == H5D_COMPACT || layout == H5D_CONTIGUOUS;
  if (layout == H5D_CHUNKED) {
    hsize_t chunk[2] = {1, 1};
    Handle type(H5Dget_type(dataset), H5Tclose);
    hsize_t size = type ? H5Tget_size(type) : 0;
    plain = size > 0 && H5Pget_chunk(plist, 2, chunk) == rank &&
            chunk[0] <= kMaximumChunkBytes && chunk[1] <= kMaximumChunkBytes &&
            chunk[0] * chunk[1] <= kMaximumChunkBytes / size;
  }
  if (!plain || H5Pget_external_count(plist) != 0)
    return Failure{fmt::format("{}: not stored plainly in this file", where)};
  return size_t(length);
}

/// MATLAB writes [] as two integers with this mark.
bool isMatlabEmpty(hid_t dataset) {
  return H5Aexists(dataset, "MATLAB_empty") > 0;
}

/// A row or column of numbers in a group.
Result<std::vector<double>> readVector(hid_t group, const char *name,
                                       const std::string &where) {
  if (!holds(group, name))
    return Failure{fmt::format("{}: absent", where)};
  Handle dataset(H5Dopen2(group, name, H5P_DEFAULT), H5Dclose);
  if (!dataset)
    return Failure{fmt::format("{}: cannot be opened as a data set", where)};
  if (isMatlabEmpty(dataset))
    return std::vector<double>();
  Handle type(H5Dget_type(dataset), H5Tclose);
  if (!type || H5Tget_class(type) != H5T_FLOAT || H5Tget_size(type) > 8)
    return Failure{fmt::format("{}: not of type float or double", where)};
  Result<size_t> length = checkedLength(dataset, kMaximumCycles, where);
  if (!length)
    return length.failure();
  std::vector<double> values(*length);
  if (!values.empty() && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL,
                                 H5P_DEFAULT, values.data()) < 0)
    return Failure{fmt::format("{}: cannot be read", where)};
  return values;
}

Result<std::vector<hobj_ref_t>> readReferences(hid_t batch,
                                               const std::string &where) {
  if (!holds(batch, "summary"))
    return Failure{fmt::format("{}: absent", where)};
  Handle dataset(H5Dopen2(batch, "summary", H5P_DEFAULT), H5Dclose);
  if (!dataset)
    return Failure{fmt::format("{}: cannot be opened as a data set", where)};
  Handle type(H5Dget_type(dataset), H5Tclose);
  if (!type || H5Tequal(type, H5T_STD_REF_OBJ) <= 0)
    return Failure{fmt::format("{}: not of object references", where)};
  Result<size_t> length = checkedLength(dataset, kMaximumBatteries, where);
  if (!length)
    return length.failure();
  std::vector<hobj_ref_t> references(*length);
  if (!references.empty() && H5Dread(dataset, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL,
                                     H5P_DEFAULT, references.data()) < 0)
    return Failure{fmt::format("{}: cannot be read", where)};
  return references;
}

/// The names of what a file holds, MATLAB's own `#refs#` aside.
std::vector<std::string> namesIn(hid_t group) {
  constexpr size_t kMost = 10000;
  std::vector<std::string> names;
  auto note = [](hid_t, const char *name, const H5L_info_t *, void *into) {
    auto &list = *static_cast<std::vector<std::string> *>(into);
    if (name[0] != '#')
      list.emplace_back(name);
    return herr_t(list.size() < kMost ? 0 : 1);
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, note, &names);
  return names;
}

/// Vectors at the top of the file that are one battery together.
Result<std::vector<MatSeries>> readPlain(hid_t file, const std::string &path,
                                         const BatteryOptions &options) {
  std::vector<std::string> names = namesIn(file);
  Result<MatSeries> series = seriesOfVectors(
      names,
      [&](const std::string &name) {
        return readVector(file, name.c_str(),
                          fmt::format("/{}", shownText(name)));
      },
      options);
  if (!series)
    return Failure{
        fmt::format("{}: /batch: absent; {}", path, series.message())};
  return std::vector<MatSeries>{std::move(*series)};
}

} // namespace

Result<std::vector<MatSeries>> readMatBatch(const std::string &path,
                                            const std::string &batch,
                                            const BatteryOptions &options) {
  SilentErrors silent;
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file)
    return Failure{
        fmt::format("{}: not a MATLAB 7.3 (HDF5) file, or truncated", path)};
  if (!holds(file, "batch"))
    return readPlain(file, path, options);
  Handle group(H5Gopen2(file, "batch", H5P_DEFAULT), H5Gclose);
  if (!group)
    return Failure{fmt::format("{}: /batch: not a group", path)};
  Result<std::vector<hobj_ref_t>> references =
      readReferences(group, path + ": /batch/summary");
  if (!references)
    return references.failure();

  Progress progress("reading batteries", references->size());
  std::vector<MatSeries> batteries;
  size_t cycles = 0;
  for (const hobj_ref_t &reference : *references) {
    std::string where =
        fmt::format("{}: /batch/summary[{}]", path, batteries.size());
    H5O_type_t kind = H5O_TYPE_UNKNOWN;
    if (H5Rget_obj_type2(file, H5R_OBJECT, &reference, &kind) < 0)
      return Failure{fmt::format("{}: refers to nothing", where)};
    if (kind != H5O_TYPE_GROUP)
      return Failure{fmt::format("{}: does not refer to a group", where)};
    Handle summary(H5Rdereference2(file, H5P_DEFAULT, H5R_OBJECT, &reference),
                   H5Gclose);
    if (!summary)
      return Failure{fmt::format("{}: cannot be opened", where)};
    Result<std::vector<double>> capacities =
        readVector(summary, "QDischarge", where + "/QDischarge");
    if (!capacities)
      return capacities.failure();
    // One series may be referred to ten thousand times.
    cycles += capacities->size();
    if (cycles > kMaximumTotal)
      return Failure{
          fmt::format("{}: more than {} cycles in all", where, kMaximumTotal)};
    MatSeries series;
    series.name = fmt::format("{}_battery-{}", batch, batteries.size() + 1);
    series.column = "/batch/summary/QDischarge";
    series.meaning = {Quantity::Discharge, CapacityUnit::Ah};
    series.values = std::move(*capacities);
    batteries.push_back(std::move(series));
    progress.advance();
  }
  return batteries;
}

} // namespace dlnet
