// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "frontend/series/Columns.h"

#include <gtest/gtest.h>

using namespace dlnet;

namespace {

using Header = std::vector<std::string>;

TEST(Columns, KnowsNamesAndUnits) {
  struct {
    const char *name;
    Quantity quantity;
    CapacityUnit unit;
  } known[] = {
      {"capacity", Quantity::Capacity, CapacityUnit::Auto},
      {"Capacity_Ah", Quantity::Capacity, CapacityUnit::Ah},
      {"CAPACITY (mAh)", Quantity::Capacity, CapacityUnit::MilliAh},
      {"Capacity/mAh", Quantity::Capacity, CapacityUnit::MilliAh},
      {"Cap. [Ah]", Quantity::Capacity, CapacityUnit::Ah},
      {"Ah", Quantity::Capacity, CapacityUnit::Ah},
      {"mAh", Quantity::Capacity, CapacityUnit::MilliAh},
      {"Discharge_Capacity(Ah)", Quantity::Discharge, CapacityUnit::Ah},
      {"Discharge_Capacity (Ah)", Quantity::Discharge, CapacityUnit::Ah},
      {"discharge_capacity_in_Ah", Quantity::Discharge, CapacityUnit::Ah},
      {"Capacity of discharge(mAh)", Quantity::Discharge,
       CapacityUnit::MilliAh},
      {"DChg. Cap.(Ah)", Quantity::Discharge, CapacityUnit::Ah},
      {"QDischarge", Quantity::Discharge, CapacityUnit::Auto},
      {"QD", Quantity::Discharge, CapacityUnit::Auto},
      {"Q discharge/mA.h", Quantity::Discharge, CapacityUnit::MilliAh},
      {"soh", Quantity::Soh, CapacityUnit::Auto},
      {"SOH [%]", Quantity::Soh, CapacityUnit::Percent},
      {"SOH_percent", Quantity::Soh, CapacityUnit::Percent},
      {"Capacity (%)", Quantity::Soh, CapacityUnit::Percent},
      {"Charge_Capacity(Ah)", Quantity::Charge, CapacityUnit::Ah},
  };
  for (const auto &[name, quantity, unit] : known) {
    auto meaning = capacityMeaning(name);
    ASSERT_TRUE(meaning) << name;
    EXPECT_EQ(meaning->quantity, quantity) << name;
    EXPECT_EQ(meaning->unit, unit) << name;
  }
  for (const char *name :
       {"CC Q", "CV Q", "Discharge_Energy(Wh)", "Capacity (Wh)", "nominal",
        "nominal_capacity_ah", "DChg. Spec. Cap.(mAh/g)", "DChg. Spec. Cap.",
        "Capacity (mAh/g)", "cycle", "voltage", "", "soh_ah", "blah"})
    EXPECT_FALSE(capacityMeaning(name)) << name;
}

TEST(Columns, FindsThemInUsualHeaders) {
  Result<Columns> columns =
      findColumns({"", "Cycle_Index", "Test_Time (s)", "Charge_Capacity (Ah)",
                   "Discharge_Capacity (Ah)", "Discharge_Energy (Wh)"},
                  {});
  ASSERT_TRUE(columns) << columns.message();
  EXPECT_EQ(columns->capacity, 4u);
  EXPECT_EQ(columns->cycle, 1u);
  EXPECT_FALSE(columns->battery);
  columns = findColumns({"Barcode", "Cyc#", "Batch", "Cap. [Ah]"}, {});
  ASSERT_TRUE(columns) << columns.message();
  EXPECT_EQ(columns->battery, 0u);
  EXPECT_EQ(columns->cycle, 1u);
  EXPECT_EQ(columns->batch, 2u);
}

TEST(Columns, ChargeOnlyWhereNothingElseIs) {
  Result<Columns> columns =
      findColumns({"cycle", "Charge_Capacity(Ah)"}, BatteryOptions());
  ASSERT_TRUE(columns) << columns.message();
  EXPECT_EQ(columns->meaning.quantity, Quantity::Charge);
}

TEST(Columns, AsksWhereTwoSuitAlike) {
  EXPECT_EQ(findColumns({"capacity", "Cap. [Ah]"}, {}).message(),
            "columns 'capacity', 'Cap. [Ah]' suit alike; choose by --column");
  EXPECT_EQ(findColumns({"cycle", "Cycle_Index", "capacity"}, {}).message(),
            "columns 'cycle', 'Cycle_Index' suit alike; choose by "
            "--cycle-column");
  EXPECT_EQ(findColumns({"cell", "battery_id", "capacity"}, {}).message(),
            "columns 'cell', 'battery_id' suit alike; choose by "
            "--battery-column");
}

TEST(Columns, TakesThoseThatAreNamed) {
  BatteryOptions options;
  options.column = "Q_meas";
  options.cycleColumn = "n";
  options.batteryColumn = "who";
  Header header = {"capacity", "Q_Meas", "n", "who", "cycle"};
  Result<Columns> columns = findColumns(header, options);
  ASSERT_TRUE(columns) << columns.message();
  EXPECT_EQ(columns->capacity, 1u);
  EXPECT_EQ(columns->cycle, 2u);
  EXPECT_EQ(columns->battery, 3u);
  EXPECT_EQ(scoreHeader(header, options), 3);
  options.column = "other";
  EXPECT_EQ(findColumns({"a", "b"}, options).message(),
            "no column 'other' among 'a', 'b'");
  EXPECT_EQ(scoreHeader(header, options), 0);
}

TEST(Columns, ListsWhatThereIs) {
  EXPECT_EQ(findColumns({"cycle", "voltage"}, {}).message(),
            "no column of capacity among 'cycle', 'voltage'; name it by "
            "--column");
}

} // namespace
