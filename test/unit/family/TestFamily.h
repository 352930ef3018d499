// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A valid family file and the ways of damaging it in one place, for the tests
// of every check that the reader makes.
#ifndef DLNET_TEST_UNIT_FAMILY_TESTFAMILY_H
#define DLNET_TEST_UNIT_FAMILY_TESTFAMILY_H

#include "frontend/family/Family.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace dlnet::test {

/// Small positive numbers of a shape: time constants may be nothing else.
Tensor makeTensor(const std::vector<int64_t> &shape);

/// A model of 3 units, and a family that holds a liquid one called "small".
FamilyModel makeModel(const std::string &name, CellKind cell);
Family makeFamily();

/// The file of that family.
std::string validBytes();

/// What a writer of schema 1 would have made of it.
std::string oldBytes();

/// A file taken apart: its header, without the length, and its data.
struct Parts {
  nlohmann::json header;
  std::string data;
};
Parts split(const std::string &bytes);
std::string join(const std::string &header, const std::string &data);

/// The message for `bytes`, which must be refused, and in one line.
std::string messageFor(const std::string &bytes);

using Damage = std::function<void(nlohmann::json &)>;

/// The message after `damage` changed the header's JSON.
std::string messageAfter(const Damage &damage);

/// The message after `damage` changed the family's JSON.
std::string messageAfterFamily(const Damage &damage);

/// The same for the family's text, where no JSON library can make the damage.
std::string messageAfterText(const std::string &from, const std::string &to);

/// The message for the model's `pointer` having `value`.
std::string messageForModel(const std::string &pointer,
                            const nlohmann::json &value);

/// The message after one weight became `value`.
std::string messageForWeight(CellKind cell, const std::string &key,
                             float value);

} // namespace dlnet::test

#endif // DLNET_TEST_UNIT_FAMILY_TESTFAMILY_H
