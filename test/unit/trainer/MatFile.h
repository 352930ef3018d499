// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes small files of the structure of the MIT-Stanford batches, sound and
// broken, for the tests of their reader.
#ifndef DLNET_TEST_UNIT_TRAINER_MATFILE_H
#define DLNET_TEST_UNIT_TRAINER_MATFILE_H

#include <fmt/format.h>
#include <hdf5.h>

#include <string>
#include <vector>

namespace dlnet {

/// A batch file being written. Identifiers are closed as soon as they are
/// used; a test that fails here fails loudly in the reader.
class MatFile {
public:
  explicit MatFile(const std::string &path) {
    // MATLAB puts its own header into the first 512 bytes.
    hid_t plist = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_userblock(plist, 512);
    file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, plist, H5P_DEFAULT);
    H5Pclose(plist);
    H5Gclose(H5Gcreate2(file, "#refs#", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  ~MatFile() { H5Fclose(file); }
  MatFile(const MatFile &) = delete;
  MatFile &operator=(const MatFile &) = delete;

  /// A summary with QDischarge as [n, 1] chunked and compressed doubles, as
  /// MATLAB writes a row of n.
  void addBattery(const std::vector<double> &capacities) {
    hid_t group = newSummary();
    hsize_t dims[2] = {capacities.size(), 1};
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plist, 2, dims);
    H5Pset_deflate(plist, 3);
    write(group, "QDischarge", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, dims, plist,
          capacities.data());
    H5Pclose(plist);
    write(group, "IR", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, dims, H5P_DEFAULT,
          capacities.data());
    H5Gclose(group);
  }

  /// A summary whose QDischarge is what the test wants it to be.
  void addOdd(hid_t fileType, hid_t memoryType, hsize_t rows, hsize_t columns,
              hid_t plist, const void *data) {
    hid_t group = newSummary();
    hsize_t dims[2] = {rows, columns};
    write(group, "QDischarge", fileType, memoryType, dims, plist, data);
    H5Gclose(group);
  }

  /// MATLAB's [] for a QDischarge.
  void addEmpty() {
    hid_t group = newSummary();
    hsize_t dims[2] = {2, 1};
    unsigned long long shape[2] = {0, 0};
    write(group, "QDischarge", H5T_STD_U64LE, H5T_NATIVE_ULLONG, dims,
          H5P_DEFAULT, shape);
    hid_t dataset = H5Dopen2(group, "QDischarge", H5P_DEFAULT);
    hid_t scalar = H5Screate(H5S_SCALAR);
    hid_t mark = H5Acreate2(dataset, "MATLAB_empty", H5T_STD_U8LE, scalar,
                            H5P_DEFAULT, H5P_DEFAULT);
    unsigned char one = 1;
    H5Awrite(mark, H5T_NATIVE_UCHAR, &one);
    H5Aclose(mark);
    H5Sclose(scalar);
    H5Dclose(dataset);
    H5Gclose(group);
  }

  void addWithoutCapacity() { H5Gclose(newSummary()); }

  /// A reference that leads nowhere, or to something that is no group.
  void addReference(hobj_ref_t reference) { references.push_back(reference); }
  hobj_ref_t referenceTo(const char *name) {
    hobj_ref_t reference = 0;
    H5Rcreate(&reference, file, name, H5R_OBJECT, -1);
    return reference;
  }

  hid_t id() const { return file; }

  /// Writes /batch/summary with all references so far, as [N, 1].
  void finish() {
    hid_t batch =
        H5Gcreate2(file, "batch", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hsize_t dims[2] = {references.size(), 1};
    write(batch, "summary", H5T_STD_REF_OBJ, H5T_STD_REF_OBJ, dims, H5P_DEFAULT,
          references.data());
    H5Gclose(batch);
  }

  static void write(hid_t group, const char *name, hid_t fileType,
                    hid_t memoryType, const hsize_t *dims, hid_t plist,
                    const void *data) {
    hid_t space = H5Screate_simple(2, dims, nullptr);
    hid_t dataset = H5Dcreate2(group, name, fileType, space, H5P_DEFAULT, plist,
                               H5P_DEFAULT);
    if (data)
      H5Dwrite(dataset, memoryType, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(dataset);
    H5Sclose(space);
  }

private:
  hid_t newSummary() {
    std::string name = fmt::format("/#refs#/s{}", references.size());
    hid_t group =
        H5Gcreate2(file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    references.push_back(referenceTo(name.c_str()));
    return group;
  }

  hid_t file = -1;
  std::vector<hobj_ref_t> references;
};

} // namespace dlnet

#endif // DLNET_TEST_UNIT_TRAINER_MATFILE_H
