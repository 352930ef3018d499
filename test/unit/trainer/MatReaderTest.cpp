// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An HDF5 file can be wrong in a thousand ways. Each gets one sentence that
// names the file and the object, and none of them a crash.
#include "MatFile.h"
#include "TemporaryFolder.h"
#include "frontend/series/Random.h"
#include "trainer/mat/MatBatteries.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

using namespace dlnet;

namespace {

const char *kFile1 = "2017-05-12_batchdata_updated_struct_errorcorrect.mat";
const char *kFile2 = "2017-06-30_batchdata_updated_struct_errorcorrect.mat";

/// Capacities in Ah that fade from `start`.
std::vector<double> fade(size_t cycles, double start = 1.07) {
  std::vector<double> series;
  for (size_t t = 0; t < cycles; ++t)
    series.push_back(start - 1e-4 * double(t));
  return series;
}

std::string messageOf(const std::string &path) {
  Result<BatterySet> set = readBatteriesOrMat(path);
  return set ? "read without complaint" : set.message();
}

TEST(MatReader, ReadsABatch) {
  TemporaryFolder folder;
  {
    MatFile file(folder.path(kFile1));
    file.addBattery(fade(250));
    file.addBattery(fade(300, 1.05));
    file.addEmpty();
    file.finish();
  }
  for (const std::string &path : {folder.path(kFile1), folder.path()}) {
    Result<BatterySet> set = readBatteriesOrMat(path);
    ASSERT_TRUE(set) << set.message();
    ASSERT_EQ(set->batteries.size(), 2u);
    EXPECT_EQ(set->batteries[0].name, "2017-05-12_battery-1");
    EXPECT_EQ(set->batteries[0].batch, "2017-05-12");
    ASSERT_EQ(set->batteries[1].raw.size(), 300u);
    EXPECT_DOUBLE_EQ(set->batteries[1].raw[0], 1.05 / 1.1);
    ASSERT_EQ(set->skipped.size(), 1u);
    EXPECT_EQ(set->skipped[0].name, "2017-05-12_battery-3");
    EXPECT_EQ(set->skipped[0].reason, "no row with a capacity");
  }
}

TEST(MatReader, TakesRowsColumnsAndSinglePrecision) {
  TemporaryFolder folder;
  std::vector<float> series(250, 1.0f);
  {
    MatFile file(folder.path("tests.mat"));
    file.addOdd(H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, 1, 250, H5P_DEFAULT,
                series.data());
    file.finish();
  }
  Result<BatterySet> set = readBatteriesOrMat(folder.path("tests.mat"));
  ASSERT_TRUE(set) << set.message();
  EXPECT_EQ(set->batteries.at(0).name, "tests_battery-1");
  EXPECT_DOUBLE_EQ(set->batteries[0].raw[249], 1 / 1.1);
}

TEST(MatReader, DropsZerosAtTheStartAndLeavesOutZerosLater) {
  TemporaryFolder folder;
  {
    MatFile file(folder.path(kFile1));
    std::vector<double> series = fade(250);
    series[0] = 0;
    file.addBattery(series);
    series[120] = 0;
    file.addBattery(series);
    file.finish();
  }
  Result<BatterySet> set = readBatteriesOrMat(folder.path(kFile1));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 2u);
  EXPECT_EQ(set->batteries[0].raw.size(), 249u);
  EXPECT_EQ(set->batteries[1].raw.size(), 248u);
  EXPECT_EQ(set->cleaning[1].firstDropped, 1u);
  EXPECT_EQ(set->cleaning[1].missing, 1u);
  ASSERT_EQ(set->skippedRows.size(), 1u);
  EXPECT_EQ(set->skippedRows[0].reason, "SOH 0 at cycle 121 is not in (0, 2)");
}

TEST(MatReader, JoinsCellsThatWereCycledOn) {
  TemporaryFolder folder;
  {
    MatFile file(folder.path(kFile1));
    file.addBattery(fade(250));
    file.finish();
  }
  {
    MatFile file(folder.path(kFile2));
    for (int i = 0; i < 7; ++i)
      file.addBattery(fade(220));
    file.addBattery(fade(100, 1.07 - 0.025));
    file.finish();
  }
  Result<BatterySet> set = readBatteriesOrMat(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 8u);
  EXPECT_EQ(set->batteries[0].name, "2017-05-12_battery-1");
  EXPECT_EQ(set->batteries[0].raw.size(), 350u);
  EXPECT_EQ(set->batteries[7].name, "2017-06-30_battery-7");

  Result<BatterySet> second = readBatteriesOrMat(folder.path(kFile2));
  ASSERT_TRUE(second) << second.message();
  EXPECT_EQ(second->batteries.size(), 7u);
  ASSERT_EQ(second->skipped.size(), 1u);
  EXPECT_EQ(second->skipped[0].reason,
            "carries on 2017-05-12_battery-1, which is not here");
}

TEST(MatReader, RefusesEveryTruncation) {
  TemporaryFolder folder;
  {
    MatFile file(folder.path("whole.mat"));
    file.addBattery(fade(250));
    file.addBattery(fade(250));
    file.finish();
  }
  std::string whole = folder.read("whole.mat");
  for (size_t length = 0; length < whole.size();
       length += length < 2048 ? 37 : 211) {
    std::string path = folder.write("part.mat", whole.substr(0, length));
    ASSERT_EQ(messageOf(path),
              path + ": not a MATLAB 7.3 (HDF5) file, or truncated")
        << length;
  }
}

TEST(MatReader, ReadsVectorsByTheNamesOfColumns) {
  TemporaryFolder folder;
  std::vector<double> series = fade(250);
  hsize_t dims[2] = {1, 250};
  {
    MatFile file(folder.path("b7.mat"));
    MatFile::write(file.id(), "discharge_capacity_mah", H5T_IEEE_F64LE,
                   H5T_NATIVE_DOUBLE, dims, H5P_DEFAULT, series.data());
    MatFile::write(file.id(), "voltage", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                   dims, H5P_DEFAULT, series.data());
  }
  BatteryOptions options;
  options.nominalAh = 0.0011;
  Result<BatterySet> set = readBatteriesOrMat(folder.path("b7.mat"), options);
  ASSERT_TRUE(set) << set.message();
  EXPECT_EQ(set->batteries.at(0).name, "b7");
  EXPECT_EQ(set->reading.text,
            "MATLAB 7.3, cycles counted by rows, capacity from "
            "'discharge_capacity_mah' in mAh, 1 battery of 1 file");
}

TEST(MatReader, RefusesWhatIsNoHdf5) {
  TemporaryFolder folder;
  for (const std::string &text :
       {std::string(), std::string("capacity\n1.1\n")}) {
    std::string path = folder.write("odd.mat", text);
    EXPECT_EQ(messageOf(path),
              path + ": not a MATLAB 7.3 (HDF5) file, or truncated");
  }
  std::string path =
      folder.write("odd.mat", "MATLAB 5.0 MAT-file" + std::string(4096, ' '));
  EXPECT_EQ(messageOf(path).rfind(path + ": ", 0), 0u) << messageOf(path);
}

/// Writes one file by `fill` and expects the reader's complaint.
template <typename Fill>
void expectRefused(Fill &&fill, const std::string &expected) {
  TemporaryFolder folder;
  std::string path = folder.path("odd.mat");
  {
    MatFile file(path);
    fill(file);
  }
  EXPECT_EQ(messageOf(path), path + expected);
}

TEST(MatReader, NamesTheObjectThatIsAbsent) {
  expectRefused(
      [](MatFile &) {},
      ": /batch: absent; no column of capacity among none; name it by "
      "--column");
  expectRefused(
      [](MatFile &file) {
        H5Gclose(H5Gcreate2(file.id(), "batch", H5P_DEFAULT, H5P_DEFAULT,
                            H5P_DEFAULT));
      },
      ": /batch/summary: absent");
  expectRefused(
      [](MatFile &file) {
        file.addBattery(fade(250));
        file.addWithoutCapacity();
        file.finish();
      },
      ": /batch/summary[1]/QDischarge: absent");
}

TEST(MatReader, NamesTheObjectOfAnotherKind) {
  hsize_t one[2] = {1, 1};
  double value = 1;
  expectRefused(
      [&](MatFile &file) {
        MatFile::write(file.id(), "batch", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                       one, H5P_DEFAULT, &value);
      },
      ": /batch: not a group");
  expectRefused(
      [&](MatFile &file) {
        hid_t batch = H5Gcreate2(file.id(), "batch", H5P_DEFAULT, H5P_DEFAULT,
                                 H5P_DEFAULT);
        MatFile::write(batch, "summary", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, one,
                       H5P_DEFAULT, &value);
        H5Gclose(batch);
      },
      ": /batch/summary: not of object references");
  expectRefused(
      [&](MatFile &file) {
        MatFile::write(file.id(), "number", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                       one, H5P_DEFAULT, &value);
        file.addReference(file.referenceTo("number"));
        file.finish();
      },
      ": /batch/summary[0]: does not refer to a group");
  expectRefused(
      [&](MatFile &file) {
        int number = 1;
        file.addOdd(H5T_STD_I32LE, H5T_NATIVE_INT, 1, 1, H5P_DEFAULT, &number);
        file.finish();
      },
      ": /batch/summary[0]/QDischarge: not of type float or double");
}

TEST(MatReader, NamesTheReferenceThatDangles) {
  for (hobj_ref_t nowhere :
       {hobj_ref_t(0), hobj_ref_t(1) << 40, ~hobj_ref_t(0)})
    expectRefused(
        [&](MatFile &file) {
          file.addReference(nowhere);
          file.finish();
        },
        ": /batch/summary[0]: refers to nothing");
}

TEST(MatReader, RefusesAbsurdSizesBeforeItTakesMemory) {
  hid_t chunks = H5Pcreate(H5P_DATASET_CREATE);
  hsize_t huge[2] = {hsize_t(1) << 28, 1}, small[2] = {16, 1};
  H5Pset_chunk(chunks, 2, small);
  expectRefused(
      [&](MatFile &file) {
        file.addOdd(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, hsize_t(1) << 40, 1,
                    chunks, nullptr);
        file.finish();
      },
      ": /batch/summary[0]/QDischarge: 1099511627776 elements, at most "
      "1000000");
  expectRefused(
      [&](MatFile &file) {
        file.addOdd(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 20, 20, H5P_DEFAULT,
                    nullptr);
        file.finish();
      },
      ": /batch/summary[0]/QDischarge: not a single row or column");
  H5Pset_chunk(chunks, 2, huge);
  expectRefused(
      [&](MatFile &file) {
        // A resizable data set may have chunks beyond its extent.
        hid_t group =
            H5Gcreate2(file.id(), "s", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        hsize_t dims[2] = {300, 1}, most[2] = {H5S_UNLIMITED, 1};
        hid_t space = H5Screate_simple(2, dims, most);
        H5Dclose(H5Dcreate2(group, "QDischarge", H5T_IEEE_F64LE, space,
                            H5P_DEFAULT, chunks, H5P_DEFAULT));
        H5Sclose(space);
        H5Gclose(group);
        file.addReference(file.referenceTo("s"));
        file.finish();
      },
      ": /batch/summary[0]/QDischarge: not stored plainly in this file");
  H5Pclose(chunks);
}

TEST(MatReader, FollowsNothingOutsideTheFile) {
  TemporaryFolder folder;
  std::string secret = folder.write("secret.bin", std::string(2400, 'x'));
  hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(plist, secret.c_str(), 0, 2400);
  expectRefused(
      [&](MatFile &file) {
        file.addOdd(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 300, 1, plist, nullptr);
        file.finish();
      },
      ": /batch/summary[0]/QDischarge: not stored plainly in this file");
  H5Pclose(plist);
  expectRefused(
      [&](MatFile &file) {
        H5Lcreate_external("other.mat", "/batch", file.id(), "batch",
                           H5P_DEFAULT, H5P_DEFAULT);
      },
      ": /batch: absent; no column of capacity among 'batch'; name it by "
      "--column");
}

TEST(MatReader, LeavesOutCapacitiesThatAreNotFinite) {
  TemporaryFolder folder;
  {
    MatFile file(folder.path(kFile1));
    std::vector<double> series = fade(250);
    series[41] = std::nan("");
    series[249] = std::numeric_limits<double>::infinity();
    file.addBattery(fade(250));
    file.addBattery(series);
    file.finish();
  }
  Result<BatterySet> set = readBatteriesOrMat(folder.path(kFile1));
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 2u);
  EXPECT_EQ(set->batteries[1].raw.size(), 248u);
  ASSERT_EQ(set->skippedRows.size(), 1u);
  EXPECT_EQ(set->skippedRows[0].reason,
            "/batch/summary/QDischarge of cycle 42 is no number");
}

TEST(MatReader, TellsCellsOfTwoFilesApart) {
  TemporaryFolder folder;
  for (const char *name : {"2018-04-12_a.mat", "2018-04-12_b.mat"}) {
    MatFile file(folder.path(name));
    file.addBattery(fade(250));
    file.finish();
  }
  folder.write("odd.mat", "no such file");
  Result<BatterySet> set = readBatteriesOrMat(folder.path());
  ASSERT_TRUE(set) << set.message();
  ASSERT_EQ(set->batteries.size(), 2u);
  EXPECT_EQ(set->batteries[0].name, "2018-04-12_a/2018-04-12_battery-1");
  ASSERT_EQ(set->skipped.size(), 1u) << "the damaged one";
}

TEST(MatReader, LivesThroughDamageAnywhere) {
  TemporaryFolder folder;
  {
    MatFile file(folder.path("whole.mat"));
    file.addBattery(fade(40));
    file.addEmpty();
    file.finish();
  }
  std::string whole = folder.read("whole.mat");
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    std::string damaged = whole;
    for (size_t i = 0, n = 1 + random.below(8); i < n; ++i)
      damaged[512 + random.below(whole.size() - 512)] = char(random.below(256));
    std::string path = folder.write("damaged.mat", damaged);
    // Bytes that nobody reads may be damaged without harm.
    if (Result<BatterySet> set = readBatteriesOrMat(path); !set) {
      EXPECT_EQ(set.message().rfind(path + ": ", 0), 0u) << set.message();
    }
  }
}

} // namespace
