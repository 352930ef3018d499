// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The damage is made in the file's own JSON, so that only one thing is wrong.
#include "TestFamily.h"

#include "frontend/family/Safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

using namespace dlnet;
using namespace dlnet::test;
using nlohmann::json;

Tensor test::makeTensor(const std::vector<int64_t> &shape) {
  Tensor tensor;
  tensor.shape = shape;
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  for (int64_t i = 0; i < count; ++i)
    tensor.values.push_back(0.25f + 0.001f * float(i)); // tau, alpha: positive
  return tensor;
}

FamilyModel test::makeModel(const std::string &name, CellKind cell) {
  FamilyModel model;
  model.name = name;
  model.role = "student";
  model.cell = cell;
  model.units = 3;
  model.window = 20;
  model.horizon = 5;
  model.block = 10;
  model.basis = 2;
  if (cell == CellKind::Cfc)
    model.solver.method = SolverKind::ClosedForm;
  model.ranges.difference = {-8, 8};
  model.ranges.relative = {-1.5, 3};
  model.ranges.level = {-2, 1};
  model.ranges.state = {-0.9, 0.9};
  model.ranges.coefficients = {{-4, 1}, {0, 0}};
  model.seed = std::numeric_limits<uint64_t>::max();
  for (const auto &[key, shape] : expectedTensors(model))
    model.tensors[key] = makeTensor(shape);
  recordErrors(model, "test", 0.00105, std::nullopt);
  return model;
}

Family test::makeFamily() {
  Family family;
  family.name = "soh";
  family.producer = "test 1.0";
  family.data.source = "simulated";
  family.data.splitSeed = 7;
  family.data.train = {"cell-1", "cell-2"};
  family.data.validation = {"cell-3"};
  family.data.test = {"cell-4"};
  family.data.cleaning = "none";
  family.models.push_back(makeModel("small", CellKind::Liquid));
  return family;
}

std::string test::validBytes() {
  Result<std::string> bytes = serializeFamily(makeFamily());
  EXPECT_TRUE(bytes) << bytes.message();
  return *bytes;
}

std::string test::oldBytes() {
  Parts parts = split(validBytes());
  json &metadata = parts.header["__metadata__"];
  json family = json::parse(metadata["family"].get<std::string>());
  for (json &model : family["models"]) {
    model.update(model["recipe"]);
    for (const char *key : {"recipe", "graph", "calibration"})
      model.erase(key);
  }
  metadata["family"] = family.dump();
  metadata["version"] = "1";
  return join(parts.header.dump(), parts.data);
}

Parts test::split(const std::string &bytes) {
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  return {json::parse(bytes.substr(8, length)), bytes.substr(8 + length)};
}

std::string test::join(const std::string &header, const std::string &data) {
  uint64_t length = header.size();
  return std::string(reinterpret_cast<const char *>(&length), 8) + header +
         data;
}

std::string test::messageFor(const std::string &bytes) {
  Result<Family> family = parseFamily(bytes, "a.safetensors");
  if (family)
    return "accepted";
  const std::string &message = family.message();
  EXPECT_EQ(message.rfind("a.safetensors: ", 0), 0u) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_LT(message.size(), 700u);
  return message.substr(std::strlen("a.safetensors: "));
}

std::string test::messageAfter(const Damage &damage) {
  Parts parts = split(validBytes());
  damage(parts.header);
  return messageFor(join(parts.header.dump(), parts.data));
}

std::string test::messageAfterFamily(const Damage &damage) {
  return messageAfter([&](json &header) {
    json family =
        json::parse(header["__metadata__"]["family"].get<std::string>());
    damage(family);
    header["__metadata__"]["family"] = family.dump();
  });
}

std::string test::messageAfterText(const std::string &from,
                                   const std::string &to) {
  return messageAfter([&](json &header) {
    std::string text = header["__metadata__"]["family"];
    size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, from.size(), to);
    header["__metadata__"]["family"] = text;
  });
}

std::string test::messageForModel(const std::string &pointer,
                                  const json &value) {
  return messageAfterFamily([&](json &family) {
    family[json::json_pointer("/models/0" + pointer)] = value;
  });
}

std::string test::messageForWeight(CellKind cell, const std::string &key,
                                   float value) {
  Family family = makeFamily();
  family.models = {makeModel("small", cell)};
  Result<std::string> bytes = serializeFamily(family);
  EXPECT_TRUE(bytes);
  Parts parts = split(*bytes);
  size_t begin = parts.header["small." + key]["data_offsets"][0];
  std::memcpy(parts.data.data() + begin + 4, &value, 4);
  return messageFor(join(parts.header.dump(), parts.data));
}
